import { AppError } from '../../errors.ts';
import type { Passage } from './contract.ts';
import type { Segment } from './segment.ts';

/** What a room holds at one moment. It is replaced, never changed: a search goes on upon the state it began with. */
export interface RoomState {
  /** What is in the file. */
  packed: Segment | null;
  /** What was appended since the last save, behind it; packed too: a small segment is built anew at each append. */
  tail: Segment | null;
  /** The tail's vectors, with length 1. */
  tailVectors: Float32Array;
}

export function savedState(packed: Segment | null): RoomState {
  return { packed, tail: null, tailVectors: new Float32Array(0) };
}

export function segmentsOf({ packed, tail }: RoomState): Segment[] {
  return [packed, tail].filter((segment) => segment !== null);
}

export function countOf(state: RoomState): number {
  return segmentsOf(state).reduce((sum, { footer }) => sum + footer.count, 0);
}

/** What the objects around a room's bytes take. */
const overheadBytes = 1536;

export function bytesOf(state: RoomState): number {
  const packed = segmentsOf(state).reduce((sum, { footer }) => sum + footer.packedBytes, 0);
  return packed + state.tailVectors.byteLength + overheadBytes;
}

export function readRows(rows: readonly number[], state: RoomState): Passage[] {
  const count = countOf(state);
  if (!rows.every((row) => Number.isInteger(row) && row >= 0 && row < count)) {
    throw new AppError('NOT_FOUND', 'The room has no such passage.');
  }
  const first = state.packed?.footer.count ?? 0;
  const inPacked = state.packed?.passages(rows.filter((row) => row < first)) ?? [];
  const inTail = state.tail?.passages(rows.filter((row) => row >= first).map((row) => row - first)) ?? [];
  return rows.map((row) => (row < first ? inPacked.shift() : inTail.shift())!);
}
