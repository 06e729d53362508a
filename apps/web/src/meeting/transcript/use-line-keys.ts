import { useKeys } from '../../ui/use-keys.ts';
import type { Row } from './rows.ts';
import type { useLineEdits } from './use-line-edits.ts';

interface Options {
  rows: readonly Row[];
  selectedKey: string | undefined;
  showLine: (segmentId: string) => void;
  play: (startMs: number) => void;
  playable: boolean;
  edits: ReturnType<typeof useLineEdits>;
  openFind: () => void;
}

/** The keys of the transcript; `strings.shortcuts` lists them for the reader. */
export function useLineKeys({ rows, selectedKey, showLine, play, playable, edits, openFind }: Options): void {
  const at = rows.findIndex(({ key }) => key === selectedKey);
  const selected = rows[at];

  function step(by: 1 | -1) {
    const from = at < 0 && by < 0 ? rows.length : at;
    for (let index = from + by; index >= 0 && index < rows.length; index += by) {
      if (rows[index]!.kind === 'line') return showLine(rows[index]!.key);
    }
  }

  const next = () => step(1);
  const previous = () => step(-1);
  useKeys({
    j: next,
    ArrowDown: next,
    k: previous,
    ArrowUp: previous,
    Enter: () => selected && playable && play(selected.startMs),
    e: () => selected?.kind === 'line' && selected.segment.final && edits.edit(selected.key),
    u: () => void edits.undo(),
    '/': openFind,
  });
}
