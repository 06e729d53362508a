import { setImmediate as turn } from 'node:timers/promises';
import type { Shape } from './assemble.ts';
import { buildSegment } from './build-segment.ts';
import { checkCount, checkPassages, checkQuestion, checkVector } from './check-passages.ts';
import type { Found, NewPassage, Passage, Question, RoomShape, Scored } from './contract.ts';
import { dropSource } from './drop-rows.ts';
import { fuse } from './fuse.ts';
import { roomIndexLimits } from './limits.ts';
import { mergeAll } from './merge-segments.ts';
import { nearestCandidates, nearestRows } from './nearest.ts';
import { rankWords } from './rank-words.ts';
import type { Rescored } from './rescore.ts';
import { writeRoom } from './room-file.ts';
import { bytesOf, countOf, readRows, savedState, segmentsOf, type RoomState } from './room-state.ts';
import type { Rotation } from './rotation.ts';
import type { Scan } from './scan.ts';
import type { Segment } from './segment.ts';

/** One room's passages in memory. What was appended and not saved is lost with the object. */
export interface RoomIndex {
  readonly shape: RoomShape;
  readonly passages: number;
  /** Bytes held in memory. */
  readonly bytes: number;
  /** Bytes that it takes when opened again: what `open` wants, and what is projected before. 0 before the first save. */
  readonly savedBytes: number;
  /** Adds passages behind the others. When it rejects, none of them was added. */
  append(passages: readonly NewPassage[]): Promise<void>;
  /** Leaves a source's passages out, durably; the rows of those behind them change. */
  remove(source: string): Promise<void>;
  /** Writes what was appended to the room's file, durably. */
  save(): Promise<void>;
  search(question: Question): Promise<Found>;
  /** The nearest rows by the packed vectors alone. */
  nearest(vector: Float32Array, k: number): Scored[];
  /** The same, by the 32-bit vectors on disk. */
  nearestRescored(vector: Float32Array, k: number): Promise<Rescored>;
  read(rows: readonly number[]): Passage[];
}

interface Room {
  path: string;
  shape: Shape;
  packed: Segment | null;
  /** Null in a room without vectors. */
  rotation: Rotation | null;
  scan: Scan;
  drawLineage: () => number;
}

const wordCandidates = 32;
/** Passages that are packed in one turn of the event loop: a few milliseconds. */
const passagesPerTurn = 32;
const nothingNear: Rescored = { best: [], rescored: true };

export function createRoomIndex({ path, shape: firstShape, packed, rotation, scan, drawLineage }: Room): RoomIndex {
  const { dims, bits } = firstShape;
  let shape = firstShape;
  let state = savedState(packed);
  let changes: Promise<unknown> = Promise.resolve();

  /** Changes come one after another; searches go on meanwhile, upon the state they began with. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const done = changes.then(change);
    changes = done.catch(() => undefined);
    return done;
  };

  const fold = async ({ packed, tail, tailVectors }: RoomState) => {
    if (!tail) return;
    const merged = packed ? await mergeAll([packed, tail]) : tail;
    const kept = packed && { footer: packed.footer, runs: [{ first: 0, count: packed.footer.count }] };
    await writeRoom(path, merged, kept, tailVectors);
    state = savedState(merged);
  };

  const append = async (passages: readonly NewPassage[]) => {
    checkPassages(passages, countOf(state), dims);
    const segments = state.tail ? [state.tail] : [];
    const tailVectors = new Float32Array(state.tailVectors.length + passages.length * dims);
    tailVectors.set(state.tailVectors);
    for (let from = 0; from < passages.length; from += passagesPerTurn) {
      const { segment, vectors } = buildSegment(passages.slice(from, from + passagesPerTurn), shape, rotation);
      segments.push(segment);
      tailVectors.set(vectors, state.tailVectors.length + from * dims);
      await turn();
    }
    const [first, ...rest] = segments;
    if (!first || passages.length === 0) return;
    const next = { packed: state.packed, tail: await mergeAll([first, ...rest]), tailVectors };
    if (next.tail.footer.count < roomIndexLimits.maxTailPassages) state = next;
    else await fold(next);
  };

  const remove = async (source: string) => {
    await fold(state);
    const { packed } = state;
    const renewed = { ...shape, lineage: drawLineage() };
    const left = packed && dropSource(packed, source, renewed);
    if (!left) return;
    await writeRoom(path, left.segment, { footer: packed.footer, runs: left.runs }, new Float32Array(0));
    shape = renewed;
    state = savedState(left.segment);
  };

  const candidates = async (vector: Float32Array, k: number, now: RoomState): Promise<Rescored> =>
    rotation && bits !== 0 ? nearestCandidates(vector, k, now, { path, bits, rotation, scan }) : nothingNear;

  return {
    shape: { dims, bits },
    get passages() {
      return countOf(state);
    },
    get bytes() {
      return bytesOf(state);
    },
    get savedBytes() {
      return state.packed?.footer.packedBytes ?? 0;
    },
    append: (passages) => inTurn(() => append(passages)),
    remove: (source) => inTurn(() => remove(source)),
    save: () => inTurn(() => fold(state)),
    async search(question) {
      const { text, vector, k } = question;
      checkQuestion(question, dims);
      const now = state;
      const byWords = rankWords(text, segmentsOf(now), Math.max(wordCandidates, k));
      const near = vector ? await candidates(vector, k, now) : nothingNear;
      const fused = fuse([byWords, near.best], k);
      const rows = fused.map(({ row }) => row);
      const passages = readRows(rows, now);
      const hits = fused.map(({ row, score, ranks: [textRank = null, vectorRank = null] }, index) => ({
        ...passages[index]!,
        ...{ row, score, textRank, vectorRank },
      }));
      return { hits, rescored: near.rescored };
    },
    nearest(vector, k) {
      checkCount(k);
      if (!rotation) return [];
      checkVector(vector, dims);
      return nearestRows(vector, k, state, rotation, scan);
    },
    async nearestRescored(vector, k) {
      checkCount(k);
      if (rotation) checkVector(vector, dims);
      const { best, rescored } = await candidates(vector, k, state);
      return { best: best.slice(0, k), rescored };
    },
    read: (rows) => readRows(rows, state),
  };
}
