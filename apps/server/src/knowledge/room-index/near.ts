/** Whether two words (UTF-8) differ by exactly one letter: put in, left out or another. Of `a` the first bytes count. */
export function isNear(a: Uint8Array, aLength: number, b: Uint8Array): boolean {
  const bLength = b.length;
  const shorter = Math.min(aLength, bLength);
  if (Math.abs(aLength - bLength) > maxLetterBytes) return false;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  if (start === shorter && aLength === bLength) return false;
  // What differs must hold whole letters: letters of two bytes or more often share one of them.
  while (start > 0 && (isInside(a, start, aLength) || isInside(b, start, bLength))) start -= 1;
  let same = 0;
  while (same < shorter - start && a[aLength - 1 - same] === b[bLength - 1 - same]) same += 1;
  if (shorter - start - same > maxLetterBytes) return false;
  while (same > 0 && (isInside(a, aLength - same, aLength) || isInside(b, bLength - same, bLength))) same -= 1;
  return letters(a, start, aLength - same) <= 1 && letters(b, start, bLength - same) <= 1;
}

const maxLetterBytes = 4;

/** Whether the byte goes on with a letter rather than beginning one. */
function isInside(word: Uint8Array, at: number, length: number): boolean {
  return at < length && (word[at]! & 0xc0) === 0x80;
}

function letters(word: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (!isInside(word, at, to)) count += 1;
  return count;
}
