export interface Piece {
  /** Where the piece begins in the text; -1 for the ellipsis before a cut one. */
  at: number;
  piece: string;
  marked: boolean;
}

const contextChars = 60;

/**
 * Splits a text at its marks ([start, end) pairs in any order, which may overlap) and cuts what lies more than
 * `contextChars` before the first, at a word's edge.
 */
export function excerpt(text: string, marks: readonly (readonly [number, number])[]): Piece[] {
  const sorted = marks.toSorted((a, b) => a[0] - b[0]);
  const begin = leadIn(text, sorted[0]?.[0] ?? 0);
  const pieces: Piece[] = begin > 0 ? [{ at: -1, piece: '… ', marked: false }] : [];
  let at = begin;
  for (const [start, end] of sorted) {
    const from = Math.max(start, at);
    if (end <= from) continue;
    if (from > at) pieces.push({ at, piece: text.slice(at, from), marked: false });
    pieces.push({ at: from, piece: text.slice(from, end), marked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ at, piece: text.slice(at), marked: false });
  return pieces;
}

function leadIn(text: string, firstMark: number): number {
  if (firstMark <= contextChars) return 0;
  const space = text.indexOf(' ', firstMark - contextChars);
  return space < 0 || space >= firstMark ? firstMark : space + 1;
}
