import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRoomIndexes, type RoomIndex } from './index.ts';
import { codeOf, newRoomPath, passagesOf, randomOf, vectorOf, withoutVector } from './testing.ts';

const indexes = createRoomIndexes();
const dims = 32;
const rowBytes = dims * 4 + 4;

async function savedRoom(count: number): Promise<{ path: string; bytes: Buffer; savedBytes: number; room: RoomIndex }> {
  const path = await newRoomPath();
  const random = randomOf(6);
  const room = indexes.create(path, { dims, bits: 4 });
  await room.append(passagesOf(count, dims).map((passage) => ({ ...passage, vector: vectorOf(random, dims) })));
  await room.save();
  return { path, bytes: await readFile(path), savedBytes: room.savedBytes, room };
}

async function growAndKill(path: string, saves: number): Promise<number> {
  const script = fileURLToPath(new URL('kill-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--path', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > saves) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return Number(output.split('\n').at(-2));
}

test('[I11] a process killed again and again leaves a whole file with all that was saved', async () => {
  const path = await newRoomPath();
  const all = passagesOf(2000, 32);
  for (const saves of [3, 17, 1, 40, 8]) {
    const answered = await growAndKill(path, saves);
    const { savedBytes, passages } = await indexes.project(path);
    expect(passages).toBeGreaterThanOrEqual(answered);
    const room = await indexes.open(path, savedBytes);
    expect(room.read([...Array(passages).keys()])).toEqual(all.slice(0, passages).map(withoutVector));
    expect((await room.nearestRescored(all[1]!.vector!, 3)).rescored).toBe(true);
  }
}, 60_000);

test('[I11] what a killed process left unfinished does not stand in the way', async () => {
  const { path, room } = await savedRoom(10);
  await writeFile(`${path}.partial`, 'unfinished'.repeat(1000));
  await room.append(passagesOf(5, dims));
  await room.save();
  expect((await indexes.open(path, room.savedBytes)).passages).toBe(15);
});

test('[I12] a file cut anywhere, or with something behind its end, is refused', async () => {
  const { path, bytes, savedBytes } = await savedRoom(12);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.boolean(), async (length, longer) => {
      await writeFile(path, longer ? Buffer.concat([bytes, bytes.subarray(0, length + 1)]) : bytes.subarray(0, length));
      expect(await codeOf(indexes.open(path, savedBytes))).toBe('STORAGE_FAILED');
      const reopened = indexes.project(path).then((projected) => indexes.open(path, projected.savedBytes));
      expect(await codeOf(reopened)).toBe('STORAGE_FAILED');
    }),
    { numRuns: 200 },
  );
});

test('[I12] any bit that changed in the packed bytes is noticed when they are read', async () => {
  const { path, bytes, savedBytes } = await savedRoom(12);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: savedBytes - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flipped) => {
      const changed = Buffer.from(bytes);
      changed[bytes.length - savedBytes + at]! ^= flipped;
      await writeFile(path, changed);
      expect(await codeOf(indexes.open(path, savedBytes))).toBe('STORAGE_FAILED');
    }),
    { numRuns: 300 },
  );
});

test('[I12] any bit that changed in a vector is noticed when it is needed, and the packed ones stand in', async () => {
  const { path, bytes, savedBytes, room } = await savedRoom(12);
  const vector = vectorOf(randomOf(9), dims);
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: bytes.length - savedBytes - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flipped) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= flipped;
        await writeFile(path, changed);
        const opened = await indexes.open(path, savedBytes);
        expect(await opened.nearestRescored(vector, 12)).toEqual({ best: room.nearest(vector, 12), rescored: false });
      },
    ),
    { numRuns: 150 },
  );
});

test('[I12] torn: pages of the file that were never written are noticed', async () => {
  const { path, bytes, savedBytes, room } = await savedRoom(300);
  const vector = vectorOf(randomOf(9), dims);
  const packedAt = bytes.length - savedBytes;
  for (let from = 0; from < bytes.length; from += 4096) {
    const to = Math.min(bytes.length, from + 4096);
    await writeFile(path, Buffer.from(bytes).fill(0, from, to));
    expect(await codeOf(indexes.open(path, savedBytes))).toBe(to <= packedAt ? 'ok' : 'STORAGE_FAILED');
    // A room that was open before reads the vectors, and the footer that says whose they are.
    const { rescored } = await room.nearestRescored(vector, 75);
    expect(rescored).toBe(from >= packedAt && to < bytes.length);
  }
});

test('[I12] vectors that were damaged stay noticed when the room grows or shrinks', async () => {
  const { path, bytes, savedBytes } = await savedRoom(12);
  bytes[5 * rowBytes + 3]! ^= 0x80;
  await writeFile(path, bytes);
  const opened = await indexes.open(path, savedBytes);
  await opened.append(passagesOf(5, dims));
  await opened.save();
  await opened.remove('document-0');
  expect((await opened.nearestRescored(vectorOf(randomOf(9), dims), 5)).rescored).toBe(false);
});

test('[I13] a file of another version is refused, and says so', async () => {
  const { path, bytes, savedBytes } = await savedRoom(3);
  bytes.writeUInt32LE(2, bytes.length - 8);
  await writeFile(path, bytes);
  await expect(indexes.open(path, savedBytes)).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('version 2'),
  });
});

/** Written by the first server that wrote version 1. */
const versionOne =
  'AACAPwAAAAAAAAAAbcBYbJqZGT/NzEw/AAAAALuEocREITk9WF8sPQoABQDg3tHiEi7RuhoOAR3tDqFA4tFbvU0O3h0SUSftHS4O7QwM4L4gT7' +
  'DNLSwAKi8BzjP93yDwIOXyC1EkV8s+LTvOAQAAAAAAAAAAAAFhAQIBAXQBAQAHYmF0dGVyaQEBAANmb3IBAQACaW4BAQEBdAEBAARsYXN0AQEB' +
  'AmV0AQEABG1lZXQBAQEDb3N0AQEAAnVzAQEABHdlZWsBAgAGenVyaWNoAQEBAgAAAAIAAAICAAIBAgICAAAAWQAAAFYAAABjKchJzGN3SiwpSS' +
  '2qVPEsUchJLC4pVkjLL1JIVChPTc3WgdIKiSUKufnFJXosFRosJYk52QziPqklCqXFCrmpqSUKmXkKUYf3FGUmZ+gxsP+8c5sRAGIBAAACAAAA' +
  'AwAAAAQAAABzbmFIy4t54A8AAABlAAAADwAAAAEAAABWAAAAAAAAAAAAAAA02o8WAQAAAEhSSVg=';

test('[I13] a file of version 1 is read', async () => {
  const path = await newRoomPath();
  await writeFile(path, Buffer.from(versionOne, 'base64'));
  const { savedBytes, passages, shape } = await indexes.project(path);
  expect({ passages, shape }).toEqual({ passages: 2, shape: { dims: 3, bits: 4 } });
  const room = await indexes.open(path, savedBytes);
  expect(room.read([0, 1])).toEqual([
    { source: 'plan', heading: 'Battery', page: 4, start: 120, end: 160, text: 'It lasts for a week, a week at most.' },
    { source: 'talk', heading: '', page: 0, start: 7, end: 3_600_000, text: 'Let us meet in Zürich.' },
  ]);
  const { hits, rescored } = await room.search({ text: 'weeks', vector: new Float32Array([0, 1, 0]), k: 2 });
  expect(rescored).toBe(true);
  expect(hits.map(({ row, textRank, vectorRank }) => [row, textRank, vectorRank])).toEqual([
    [0, 1, 2],
    [1, null, 1],
  ]);
});

test('[I14] made-up bytes behind a right checksum are refused, or read as something', async () => {
  const { path, bytes, savedBytes } = await savedRoom(40);
  const packedAt = bytes.length - savedBytes;
  const change = fc.record({
    at: fc.oneof(fc.nat({ max: savedBytes - 13 }), fc.integer({ min: savedBytes - 64, max: savedBytes - 13 })),
    to: fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })),
  });
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const made = Buffer.from(bytes);
      for (const { at, to } of changes) made[packedAt + at] = to;
      made.writeUInt32LE(crc32(made.subarray(packedAt, made.length - 12)), made.length - 12);
      await writeFile(path, made);
      const opening = indexes.open(path, savedBytes);
      ends.add(await codeOf(opening));
      const room = await opening.catch(() => null);
      if (!room) return;
      const vector = vectorOf(randomOf(2), room.shape.dims);
      const rows = [...Array(Math.min(room.passages, 50)).keys()];
      ends.add(await codeOf(Promise.try(() => room.read(rows))));
      ends.add(await codeOf(room.search({ text: 'the budgit of a metting', vector, k: 5 })));
      ends.add(await codeOf(room.nearestRescored(vector, 5)));
      ends.add(await codeOf(room.append(passagesOf(70, room.shape.dims))));
      ends.add(await codeOf(room.remove('document-1')));
    }),
    { numRuns: 300 },
  );
  expect([...ends].sort()).toEqual(['STORAGE_FAILED', 'ok']);
}, 60_000);
