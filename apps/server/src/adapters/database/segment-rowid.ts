/** How often one meeting's transcript may be written to; `seq` stays below. */
export const maxSeq = 2 ** 24 - 1;

/**
 * A segment's rowid: its meeting's ordinal, then the `seq` it was made with. All of a meeting's segments thus lie next to
 * each other, in the order they were made, and newer meetings' behind older ones'. Safe up to ordinal 2²⁹.
 */
export function segmentRowid(ordinal: number, seq: number): number {
  return ordinal * (maxSeq + 1) + seq;
}

/** The ordinal of the meeting that a segment belongs to. */
export function ordinalOf(rowid: number): number {
  return Math.floor(rowid / (maxSeq + 1));
}
