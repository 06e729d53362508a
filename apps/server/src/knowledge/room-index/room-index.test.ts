import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bits, NewPassage } from './contract.ts';
import { createRoomIndexes, roomIndexLimits, scanPlainly, type RoomIndex } from './index.ts';
import { anyPassage, codeOf, newRoomPath, passagesOf, randomOf, vectorOf, withoutVector } from './testing.ts';

const indexes = createRoomIndexes();
const dims = 48;
const shapes = [
  [0, 0],
  [dims, 4],
  [dims, 8],
] as const;

const questions = ['the budget of the market', 'batery reserch', 'delivery schedule', 'nothing of it', ''];

/** Everything a room answers to a few questions. */
async function answersOf(room: RoomIndex, seed = 5): Promise<unknown> {
  const random = randomOf(seed);
  const answers = [];
  for (const text of questions) {
    const vector = room.shape.dims === 0 ? null : vectorOf(random, room.shape.dims);
    answers.push(await room.search({ text, vector, k: 7 }), await room.search({ text, vector: null, k: 3 }));
    if (vector) answers.push(room.nearest(vector, 9), await room.nearestRescored(vector, 4));
  }
  return answers;
}

async function roomOf(passages: readonly NewPassage[], bits: Bits, path?: string): Promise<RoomIndex> {
  const room = indexes.create(path ?? (await newRoomPath()), { dims: bits === 0 ? 0 : dims, bits });
  await room.append(passages);
  await room.save();
  return room;
}

async function reopened(path: string): Promise<RoomIndex> {
  return indexes.open(path, (await indexes.project(path)).savedBytes);
}

test('[I1] what was put in is read back the same, from memory and from the file', async () => {
  const path = await newRoomPath();
  await fc.assert(
    fc.asyncProperty(fc.array(anyPassage, { maxLength: 90 }), async (passages) => {
      const room = indexes.create(path, { dims: 0, bits: 0 });
      await room.append(passages.map((passage) => ({ ...passage, vector: null })));
      const rows = [...passages.keys()];
      expect(room.read(rows)).toEqual(passages);
      await room.save();
      if (passages.length === 0) return;
      expect((await reopened(path)).read(rows.toReversed())).toEqual(passages.toReversed());
    }),
    { numRuns: 60 },
  );
});

test.each(shapes)(
  '[I2] [I4] appended piece by piece, saved and opened in between, it answers as built at once (%i numbers of %i bits)',
  async (dims, bits) => {
    const passages = passagesOf(150, dims);
    const expected = await answersOf(await roomOf(passages, bits));
    const path = await newRoomPath();
    const step = fc.record({
      passages: fc.integer({ min: 1, max: 80 }),
      next: fc.constantFrom('nothing', 'save', 'open'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        let room = indexes.create(path, { dims, bits });
        for (const { passages: count, next } of steps) {
          await room.append(passages.slice(room.passages, room.passages + count));
          if (next !== 'nothing') await room.save();
          if (next === 'open') room = await reopened(path);
          expect(room.read([0])).toEqual([withoutVector(passages[0]!)]);
        }
        await room.append(passages.slice(room.passages));
        expect(await answersOf(room)).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  },
);

test.each(shapes)(
  '[I3] without a source it answers as if it had never had it (%i numbers of %i bits)',
  async (dims, bits) => {
    const passages = passagesOf(400, dims).map((passage, row) => ({
      ...passage,
      source: `document-${(row >> 4) % 5}`,
    }));
    for (const gone of ['document-0', 'document-3', 'nothing']) {
      const path = await newRoomPath();
      const room = await roomOf(passages.slice(0, 390), bits, path);
      await room.append(passages.slice(390));
      await room.remove(gone);
      const left = passages.filter(({ source }) => source !== gone);
      const expected = await answersOf(await roomOf(left, bits));
      expect(room.passages).toBe(left.length);
      expect(await answersOf(room)).toEqual(expected);
      expect(await answersOf(await reopened(path))).toEqual(expected);
    }
  },
);

test('[I3] when all sources are gone the room is empty, and can be filled again', async () => {
  const path = await newRoomPath();
  const room = await roomOf(passagesOf(40, dims), 4, path);
  for (const source of ['document-0', 'document-1', 'document-2']) await room.remove(source);
  const empty = await reopened(path);
  expect([room.passages, empty.passages]).toEqual([0, 0]);
  expect(await empty.search({ text: 'budget', vector: vectorOf(randomOf(1), dims), k: 5 })).toEqual({
    hits: [],
    rescored: true,
  });
  await empty.append(passagesOf(20, dims, 2));
  expect(await answersOf(empty)).toEqual(await answersOf(await roomOf(passagesOf(20, dims, 2), 4)));
});

test('[I8] rooms answer the same with the plain scan', async () => {
  const path = await newRoomPath();
  const room = await roomOf(passagesOf(300, dims), 4, path);
  const plain = await createRoomIndexes({ scan: scanPlainly }).open(path, room.savedBytes);
  expect(await answersOf(plain)).toEqual(await answersOf(room));
});

test.each([4, 8] as const)('[I9] with %i bits the nearest are those of the 32-bit vectors', async (bits) => {
  const passages = passagesOf(500, dims);
  const room = await roomOf(passages, bits);
  const random = randomOf(77);
  for (let asked = 0; asked < 30; asked += 1) {
    const vector = vectorOf(random, dims);
    const exact = passages
      .flatMap((passage, row) => (passage.vector ? [{ row, score: cosine(passage.vector, vector) }] : []))
      .sort((a, b) => b.score - a.score)
      .slice(0, 5);
    const { best, rescored } = await room.nearestRescored(vector, 5);
    expect(rescored).toBe(true);
    expect(best.map(({ row }) => row)).toEqual(exact.map(({ row }) => row));
    for (const [place, { score }] of best.entries()) expect(score).toBeCloseTo(exact[place]!.score, 5);
  }
});

test('[I10] passages without a direction are found by their words only', async () => {
  const passage = { source: 'a', heading: '', page: 1, start: 0, end: 9 };
  const room = await roomOf(
    [
      { ...passage, text: 'tungsten', vector: null },
      { ...passage, text: 'molybdenum', vector: new Float32Array(dims) },
      { ...passage, text: 'vanadium', vector: new Float32Array(dims).fill(-1e-30) },
    ],
    4,
  );
  const ones = new Float32Array(dims).fill(1e30);
  expect(room.nearest(ones, 5)).toEqual([{ row: 2, score: expect.closeTo(-1, 2) }]);
  expect(room.nearest(new Float32Array(dims), 5)).toEqual([]);
  const { hits } = await room.search({ text: 'molybdenum', vector: ones, k: 5 });
  expect(hits.map(({ row, textRank, vectorRank }) => [row, textRank, vectorRank])).toEqual([
    [1, 1, null],
    [2, null, 1],
  ]);
});

test('[I5] hits of both lists come before those of one, with their ranks', async () => {
  const passages = passagesOf(60, dims);
  const room = await roomOf(passages, 8);
  const vector = passages[10]!.vector!;
  const { hits } = await room.search({ text: 'budget archive', vector, k: 60 });
  expect(hits.length).toBeGreaterThan(32);
  for (const [place, hit] of hits.entries()) {
    const score = [hit.textRank, hit.vectorRank].reduce<number>((sum, rank) => sum + (rank ? 1 / (60 + rank) : 0), 0);
    expect(hit.score).toBeCloseTo(score, 12);
    expect(hit.score).toBeLessThanOrEqual(hits[Math.max(0, place - 1)]!.score);
  }
  expect(hits.find(({ row }) => row === 10)?.vectorRank).toBe(1);
});

test('[I15] an append that is refused, or that the disk refuses, adds nothing', async () => {
  const path = await newRoomPath();
  const room = indexes.create(join(path, 'no-such-folder', 'room'), { dims, bits: 4 });
  await room.append(passagesOf(40, dims));
  const before = await answersOf(room);
  const bytes = room.bytes;
  const wrong = { ...passagesOf(1, dims)[0]!, end: -1 };
  expect(await codeOf(room.append([...passagesOf(30, dims), wrong]))).toBe('BAD_REQUEST');
  expect(await codeOf(room.append(passagesOf(40, dims)))).toBe('STORAGE_FAILED');
  expect(await codeOf(room.save())).toBe('STORAGE_FAILED');
  expect(await codeOf(room.remove('document-1'))).toBe('STORAGE_FAILED');
  expect([room.passages, room.bytes, room.savedBytes]).toEqual([40, bytes, 0]);
  expect(await answersOf(room)).toEqual(before);
  expect(await codeOf(room.append(passagesOf(10, dims)))).toBe('ok');
  expect(room.passages).toBe(50);
});

test('[I16] changes are made in the order of their calls', async () => {
  const room = indexes.create(await newRoomPath(), { dims, bits: 4 });
  const passages = passagesOf(90, dims);
  await Promise.all([
    room.append(passages.slice(0, 30)),
    room.save(),
    room.append(passages.slice(30, 60)),
    room.remove('document-1'),
    room.append(passages.slice(60)),
  ]);
  const left = passages.filter(({ source }, row) => source !== 'document-1' || row >= 60);
  expect(room.read([...left.keys()])).toEqual(left.map(withoutVector));
});

test('[I16] a search answers from the room as it was when it began', async () => {
  const passages = passagesOf(300, dims);
  const room = await roomOf(passages, 4);
  const vector = vectorOf(randomOf(3), dims);
  const question = { text: 'budget', vector, k: 10 };
  const removed = room.remove('document-0');
  let asked = 0;
  while (room.passages === passages.length) {
    const { hits } = await room.search(question);
    expect(hits.map(({ row, text }) => [row, text])).toEqual(hits.map(({ row }) => [row, passages[row]!.text]));
    asked += 1;
  }
  await removed;
  expect(asked).toBeGreaterThan(0);
});

test('[I17] vectors are taken from a file that grew, and not from one that was written anew', async () => {
  const path = await newRoomPath();
  const passages = passagesOf(100, dims);
  await roomOf(passages, 4, path);
  const [one, other] = [await reopened(path), await reopened(path)];
  const vector = vectorOf(randomOf(8), dims);
  const before = await one.nearestRescored(vector, 5);
  await other.append(passagesOf(80, dims, 2));
  expect(await one.nearestRescored(vector, 5)).toEqual(before);
  await other.remove('document-2');
  const after = await one.nearestRescored(vector, 5);
  expect(after.rescored).toBe(false);
  expect(after.best).toEqual(one.nearest(vector, 5));
  await one.append(passagesOf(3, dims, 3));
  expect(await codeOf(one.save())).toBe('CONFLICT');
  expect((await reopened(path)).passages).toBe(other.passages);
});

test('[I18] what is beyond the limits, or wrong, is refused', async () => {
  const room = await roomOf(passagesOf(5, dims), 4);
  const [passage] = passagesOf(1, dims);
  const refused = (change: Partial<NewPassage>) => codeOf(room.append([{ ...passage!, ...change }]));
  expect(await refused({ text: 'x'.repeat(roomIndexLimits.maxTextBytes + 1) })).toBe('TOO_LARGE');
  expect(await refused({ heading: 'x'.repeat(roomIndexLimits.maxHeadingBytes + 1) })).toBe('TOO_LARGE');
  expect(await refused({ source: 'x'.repeat(roomIndexLimits.maxSourceBytes + 1) })).toBe('TOO_LARGE');
  expect(await refused({ page: 1.5 })).toBe('BAD_REQUEST');
  expect(await refused({ vector: new Float32Array(dims - 1) })).toBe('BAD_REQUEST');
  expect(await refused({ vector: new Float32Array(dims).fill(Number.NaN) })).toBe('BAD_REQUEST');
  const many = Array.from({ length: roomIndexLimits.maxPassages - 4 }, () => passage!);
  expect(await codeOf(room.append(many))).toBe('TOO_LARGE');
  const asked = (text: string, k: number) => codeOf(room.search({ text, vector: null, k }));
  expect(await asked('x'.repeat(roomIndexLimits.maxQueryBytes + 1), 5)).toBe('TOO_LARGE');
  expect([await asked('x', 0), await asked('x', 1e6)]).toEqual(['BAD_REQUEST', 'BAD_REQUEST']);
  for (const row of [-1, 5, 0.5, Number.NaN]) expect(() => room.read([row])).toThrow(/no such passage/);
  for (const shape of [
    { dims: 5, bits: 0 as const },
    { dims: 0, bits: 4 as const },
    { dims: 1e5, bits: 4 as const },
  ]) {
    expect(() => indexes.create('unused', shape)).toThrow(/vectors/i);
  }
  expect(room.passages).toBe(5);
});

test('[I19] a room takes its packed bytes, and a tail that is bounded', async () => {
  const path = await newRoomPath();
  const room = indexes.create(path, { dims: 768, bits: 4 });
  const passages = passagesOf(400, 768);
  for (let row = 0; row < passages.length; row += 3) {
    await room.append(passages.slice(row, row + 3));
    expect(room.bytes - room.savedBytes).toBeLessThan(roomIndexLimits.maxTailPassages * 768 * 4 + 60_000);
  }
  await room.save();
  const opened = await reopened(path);
  expect(opened.bytes).toBe(room.bytes);
  expect(opened.bytes - opened.savedBytes).toBeLessThan(2048);
  expect(await indexes.project(path)).toEqual({
    savedBytes: room.savedBytes,
    passages: 400,
    shape: { dims: 768, bits: 4 },
  });
  expect(await codeOf(indexes.open(path, room.savedBytes - 1))).toBe('STORAGE_FAILED');
});

test('[I12] a room that was never saved is not there, a folder is no room', async () => {
  const path = await newRoomPath();
  expect([await codeOf(indexes.open(path, 100)), await codeOf(indexes.project(path))]).toEqual([
    'NOT_FOUND',
    'NOT_FOUND',
  ]);
  await writeFile(path, '');
  expect([await codeOf(indexes.open(path, 100)), await codeOf(indexes.project(path))]).toEqual([
    'STORAGE_FAILED',
    'STORAGE_FAILED',
  ]);
});

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
