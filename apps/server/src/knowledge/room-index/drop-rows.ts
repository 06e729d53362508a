import { assemble, type Shape } from './assemble.ts';
import { layoutOf } from './footer.ts';
import { filterWords } from './pack-words.ts';
import type { Segment } from './segment.ts';
import { decodeBlock, encodeBlocks, type Block } from './text-blocks.ts';

/** Rows that stay, next to each other. */
export interface Run {
  first: number;
  count: number;
}

/** The segment without the passages of a source, and the runs of rows that stayed; null where it has none of them. */
export function dropSource(segment: Segment, source: string, shape: Shape): { segment: Segment; runs: Run[] } | null {
  const blocks = segment.blocks();
  const passages = blocks.flatMap((block) => decodeBlock(block));
  const stays = passages.map((passage) => passage.source !== source);
  const firstGone = stays.indexOf(false);
  if (firstGone === -1) return null;

  const { packed, footer } = segment;
  const at = layoutOf(footer);
  const runs = runsOf(stays);
  const bytesOf = (part: number, rowBytes: number) =>
    Buffer.concat(
      runs.map(({ first, count }) => packed.subarray(part + first * rowBytes, part + (first + count) * rowBytes)),
    );
  const untouched = blocksBefore(blocks, firstGone);
  const rest = passages.slice(untouched.reduce((sum, block) => sum + block.passages, 0));
  const kept = assemble(shape, {
    steps: bytesOf(at.steps, footer.bits === 0 ? 0 : 4),
    lengths: Uint16Array.from(runs.flatMap(rowsOf), (row) => segment.wordsIn(row)),
    codes: bytesOf(at.codes, at.rowBytes),
    packedWords: filterWords(segment, stays),
    blocks: [...untouched, ...encodeBlocks(rest.filter((passage) => passage.source !== source))],
  });
  return { segment: kept, runs };
}

function runsOf(stays: readonly boolean[]): Run[] {
  const runs: Run[] = [];
  for (const [row, stay] of stays.entries()) {
    if (!stay) continue;
    if (stays[row - 1]) runs.at(-1)!.count += 1;
    else runs.push({ first: row, count: 1 });
  }
  return runs;
}

function rowsOf({ first, count }: Run): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Blocks all of whose passages lie before the row: their bytes are taken as they are. */
function blocksBefore(blocks: readonly Block[], row: number): Block[] {
  let end = 0;
  return blocks.filter(({ passages }) => (end += passages) <= row);
}
