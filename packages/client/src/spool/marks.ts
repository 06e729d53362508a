/** How much had been captured when the byte before `offset` was recorded. */
export interface Mark {
  offset: number;
  capturedMs: number;
}

/** What had been captured at an offset between two marks, rounded down; the bytes are taken to be spread evenly. */
export function interpolate(before: Mark, after: Mark, offset: number): number {
  if (offset >= after.offset) return after.capturedMs;
  if (offset <= before.offset) return before.capturedMs;
  const bytes = after.offset - before.offset;
  // Multiplied first, so that whole milliseconds stay whole.
  return Math.floor(before.capturedMs + ((after.capturedMs - before.capturedMs) * (offset - before.offset)) / bytes);
}

/** Joins pieces into one array with a buffer of its own. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
