import { useDeferredValue, useMemo, useState } from 'react';
import { rowsWith } from './find.ts';
import type { Row } from './rows.ts';

/** Find in this transcript: `show` brings a row into view. */
export function useFind(rows: readonly Row[], show: (index: number) => void) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const [at, setAt] = useState(-1);
  const wanted = useDeferredValue(opened ? text.trim() : '');
  const found = useMemo(() => rowsWith(rows, wanted), [rows, wanted]);

  function go(to: number) {
    setAt(to);
    show(found[to]!);
  }

  return {
    opened,
    text,
    wanted,
    count: found.length,
    at: Math.min(at, found.length - 1),
    open: () => setOpened(true),
    close: () => setOpened(false),
    type: (next: string) => {
      setText(next);
      setAt(-1);
    },
    step: (by: 1 | -1) => {
      if (found.length === 0) return;
      go(at < 0 && by < 0 ? found.length - 1 : (at + by + found.length) % found.length);
    },
  };
}
