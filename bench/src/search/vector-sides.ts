import { DatabaseSync } from 'node:sqlite';
import type { RoomIndex } from '@hansard/server/room-index';
import { getLoadablePath } from 'sqlite-vec';
import { exactSearch, MetricKind } from 'usearch';
import { exactScores, k, normalised } from '../recall/measure.ts';
import type { Side } from './interleave.ts';

/** Exact search of the nearest `k` among the same vectors, each side from the 32-bit query on. */
export function vectorSides(
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
  rooms: { int4: RoomIndex; int8: RoomIndex },
): Side[] {
  const units = vectors.map(normalised);
  const queryOf = (question: number) => queries[question % queries.length]!;
  return [
    { name: 'hansard int4', ask: (question) => rooms.int4.nearest(queryOf(question), k) },
    { name: 'hansard int8', ask: (question) => rooms.int8.nearest(queryOf(question), k) },
    usearch('usearch exact int8', units.map(toInt8), (question) => toInt8(normalised(queryOf(question)))),
    usearch('usearch exact 32-bit', units, queryOf),
    sqliteVec(units.map(toInt8), (question) => toInt8(normalised(queryOf(question)))),
    { name: 'JavaScript 32-bit', ask: (question) => bestOf(exactScores(units, normalised(queryOf(question)))) },
  ];
}

function usearch<Vector extends Float32Array | Int8Array>(
  name: string,
  rows: readonly Vector[],
  queryOf: (question: number) => Vector,
): Side {
  const dims = rows[0]!.length;
  const all = rows[0] instanceof Int8Array ? new Int8Array(rows.length * dims) : new Float32Array(rows.length * dims);
  for (const [row, vector] of rows.entries()) all.set(vector, row * dims);
  const count = Math.min(k, rows.length);
  return { name, ask: (question) => exactSearch(all, queryOf(question), dims, count, MetricKind.Cos, 1).keys };
}

function sqliteVec(rows: readonly Int8Array[], queryOf: (question: number) => Int8Array): Side {
  const db = new DatabaseSync(':memory:', { allowExtension: true });
  db.loadExtension(getLoadablePath());
  db.exec(`CREATE VIRTUAL TABLE passages USING vec0(vector int8[${rows[0]!.length}] distance_metric=cosine)`);
  const insert = db.prepare('INSERT INTO passages(rowid, vector) VALUES (?, vec_int8(?))');
  for (const [row, vector] of rows.entries()) insert.run(BigInt(row), vector);
  const nearest = db.prepare('SELECT rowid FROM passages WHERE vector MATCH vec_int8(?) AND k = ?');
  return { name: 'sqlite-vec int8', ask: (question) => nearest.all(queryOf(question), k) };
}

function toInt8(unit: Float32Array): Int8Array {
  const largest = unit.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return Int8Array.from(unit, (value) => Math.round((value / largest) * 127));
}

function bestOf(scores: Float64Array): number[] {
  const best: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (best.length === k && scores[row]! <= scores[best[k - 1]!]!) continue;
    const at = best.findIndex((other) => scores[other]! < scores[row]!);
    best.splice(at === -1 ? best.length : at, 0, row);
    if (best.length > k) best.pop();
  }
  return best;
}
