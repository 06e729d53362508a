import type { Row } from './rows.ts';

interface Found {
  at: number;
  piece: string;
  found: boolean;
}

/** Cuts a text at every occurrence of `find`, whatever its case. `find` must not be empty. */
export function splitAt(text: string, find: string): Found[] {
  // Folding case may change a text's length in a few scripts; positions would be off then, so such texts stay whole.
  const folded = text.toLocaleLowerCase();
  const wanted = find.toLocaleLowerCase();
  if (folded.length !== text.length) return [{ at: 0, piece: text, found: false }];
  const pieces: Found[] = [];
  let from = 0;
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, from)) {
    if (at > from) pieces.push({ at: from, piece: text.slice(from, at), found: false });
    from = at + wanted.length;
    pieces.push({ at, piece: text.slice(at, from), found: true });
  }
  if (from < text.length) pieces.push({ at: from, piece: text.slice(from), found: false });
  return pieces;
}

/** The rows whose line holds `find`, in order. */
export function rowsWith(rows: readonly Row[], find: string): number[] {
  const wanted = find.trim().toLocaleLowerCase();
  if (wanted === '') return [];
  return rows.flatMap((row, index) =>
    row.kind === 'line' && row.segment.text.toLocaleLowerCase().includes(wanted) ? [index] : [],
  );
}
