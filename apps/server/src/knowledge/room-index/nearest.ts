import type { Scored } from './contract.ts';
import { normalised, quantiseQuery } from './quantise.ts';
import { byScore, rescore, type Rescored } from './rescore.ts';
import { readVectors } from './room-file.ts';
import type { RoomState } from './room-state.ts';
import type { Rotation } from './rotation.ts';
import { bestOf, scoresOf, type Scan } from './scan.ts';
import type { Segment } from './segment.ts';

/** Packed candidates that are looked at again in 32 bits: fewer lose recall, see docs/measurements. */
const minCandidates = { 4: 32, 8: 16 };
const candidatesPerResult = 4;

/** The nearest rows by the packed vectors; none where the vector has no direction. */
export function nearestRows(
  vector: Float32Array,
  k: number,
  state: RoomState,
  rotation: Rotation,
  scan: Scan,
): Scored[] {
  const unit = normalised(vector);
  if (!unit) return [];
  const rotated = new Float64Array(rotation.paddedDims);
  rotation.rotate(unit, rotated);
  const query = quantiseQuery(rotated);
  const bestIn = (segment: Segment | null, firstRow: number) => {
    const codes = segment?.codes();
    return codes ? bestOf(scoresOf(scan, query, codes), k, firstRow) : [];
  };
  const best = [...bestIn(state.packed, 0), ...bestIn(state.tail, state.packed?.footer.count ?? 0)];
  return best.sort(byScore).slice(0, k);
}

/** As many of the nearest as it takes to have the `k` best among them, in the order of their 32-bit vectors. */
export function nearestCandidates(
  vector: Float32Array,
  k: number,
  state: RoomState,
  { path, bits, rotation, scan }: { path: string; bits: 4 | 8; rotation: Rotation; scan: Scan },
): Promise<Rescored> {
  const count = Math.max(minCandidates[bits], k * candidatesPerResult);
  const candidates = nearestRows(vector, count, state, rotation, scan);
  return rescore(vector, candidates, (rows) => vectorsOf(rows, state, path, vector.length));
}

async function vectorsOf(
  rows: readonly number[],
  { packed, tailVectors }: RoomState,
  path: string,
  dims: number,
): Promise<Float32Array[]> {
  const firstTailRow = packed?.footer.count ?? 0;
  const onDisk = rows.filter((row) => row < firstTailRow);
  const read = packed && onDisk.length > 0 ? await readVectors(path, packed.footer, onDisk) : [];
  return rows.map((row) => {
    const at = (row - firstTailRow) * dims;
    return at < 0 ? read[onDisk.indexOf(row)]! : tailVectors.subarray(at, at + dims);
  });
}
