import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxDoubtfulEnds, newFileHeader, parseFileHeader } from './file-header.ts';
import { blockBytes, type FileIdentity, parseRecord, recordBytes, writeRecordHeader } from './record.ts';
import { createSimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, fileBytes, openOn, readAllOf } from './testing.ts';

const identity: FileIdentity = { generation: 7, seed: 12_345 };

function recordOf(trackId: string, offset: number, payload: Uint8Array, position: number, file = identity): Buffer {
  const bytes = Buffer.alloc(recordBytes(Buffer.byteLength(trackId), payload.length));
  const { headerBytes } = writeRecordHeader(bytes, 0, { trackId, offset, payload, position, previousCrc: null }, file);
  bytes.set(payload, headerBytes);
  return bytes;
}

test('[J9] a record is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((id) => Buffer.byteLength(id) <= 255),
      fc.nat(2 ** 40),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      (trackId, offset, payload) => {
        const bytes = recordOf(trackId, offset, payload, 4096);
        const parsed = parseRecord(bytes, 0, 4096, identity);
        expect(parsed).toMatchObject({ trackId, offset, length: payload.length, first: true });
      },
    ),
  );
});

test('[J9] no flipped bit of a record goes unnoticed', () => {
  const payload = bytesOf('a', 0, 40);
  const bytes = recordOf('a', 77, payload, 4096);
  const covered = 32 + 1 + payload.length;
  for (let bit = 0; bit < covered * 8; bit += 1) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const parsed = parseRecord(bytes, 0, 4096, identity);
    // A changed length may ask for more bytes than there are, which no reader then has.
    expect(parsed === 'invalid' || 'needs' in parsed).toBe(true);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(parseRecord(bytes, 0, 4096, identity)).not.toBe('invalid');
});

test('[J9] a record is none elsewhere, in another generation, or by a guess at the salt', () => {
  const bytes = recordOf('a', 0, bytesOf('a', 0, 10), 4096);
  expect(parseRecord(bytes, 0, 8192, identity)).toBe('invalid');
  expect(parseRecord(bytes, 0, 4096, { ...identity, generation: 8 })).toBe('invalid');
  expect(parseRecord(bytes, 0, 4096, { ...identity, seed: 12_346 })).toBe('invalid');
});

test('[J8] a file header survives the loss of either copy, not of both', () => {
  const { block, identity } = newFileHeader(3, new Map([[2, 3 * blockBytes]]));
  const whole = { identity, doubtfulEnds: new Map([[2, 3 * blockBytes]]) };
  expect(parseFileHeader(block)).toEqual(whole);
  const half = blockBytes / 2;
  const first = Buffer.from(block).fill(0, 0, half);
  const second = Buffer.from(block).fill(0, half);
  expect([parseFileHeader(first), parseFileHeader(second)]).toEqual([whole, whole]);
  for (let bit = 0; bit < 36 * 8; bit += 1) {
    second[bit >> 3]! ^= 1 << (bit & 7);
    expect(parseFileHeader(second)).toBeNull();
    second[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(parseFileHeader(Buffer.alloc(blockBytes))).toBeNull();
  expect(newFileHeader(3, new Map()).identity.seed).not.toBe(identity.seed);
});

test('[J8] a header has room for all the ends that it may be given', () => {
  const ends = new Map(Array.from({ length: maxDoubtfulEnds }, (_, at) => [at + 1, (at + 1) * blockBytes]));
  const { block, identity } = newFileHeader(9000, ends);
  expect(parseFileHeader(block)).toEqual({ identity, doubtfulEnds: ends });
  expect(parseFileHeader(Buffer.from(block).fill(0, 0, blockBytes / 2))).toEqual({ identity, doubtfulEnds: ends });
});

test('[J8] a header from before there were ends in it is read', () => {
  const block = Buffer.alloc(blockBytes);
  const { identity } = newFileHeader(3, new Map());
  block.writeUInt32LE(0x48_4c_4a_48, 0);
  block.writeUInt32LE(1, 8);
  block.writeUInt32LE(3, 12);
  block.writeUInt32LE(crc32(block.subarray(8, 20)), 4);
  expect(parseFileHeader(block)).toMatchObject({
    identity: { generation: identity.generation },
    doubtfulEnds: new Map(),
  });
});

test('[J7] [J10] files are whole, commits begin at blocks, and nothing that was synced is written again', async () => {
  const disk = createSimulatedDisk();
  const synced = new Map<string, number>();
  const io = {
    ...disk.io,
    async open(path: string) {
      const file = await disk.io.open(path);
      return {
        ...file,
        async writev(buffers: readonly Uint8Array[], position: number) {
          const end = position + buffers.reduce((sum, { length }) => sum + length, 0);
          expect([position % blockBytes, end % blockBytes]).toEqual([0, 0]);
          expect(position).toBeGreaterThanOrEqual(synced.get(path) ?? 0);
          if (!path.endsWith('.preparing')) synced.set(path, end);
          return file.writev(buffers, position);
        },
      };
    },
  };
  const journal = await openOn(disk, { io });
  for (let start = 0; start < 150_000; start += 900) await appendOf(journal, 'a', start, start + 900);
  expect(journal.stats().files).toBeGreaterThan(2);
  await journal.close();
  for (const { cached } of disk.files.values()) expect(cached.length).toBe(fileBytes);
});

test('[J7] a file is used only once its blocks and its name are on the disk', async () => {
  const disk = createSimulatedDisk();
  const journal = await openOn(disk);
  await appendOf(journal, 'a', 0, 10);
  disk.losePower(() => 'lost');
  const [file] = [...disk.files.values()].filter(({ durable }) => durable.length === fileBytes);
  expect(file).toBeDefined();
  expect(await readAllOf(await openOn(disk), 'a')).toEqual(bytesOf('a', 0, 10));
});

test('[J7] a file whose maker died before its name was on the disk is safe to use', async () => {
  const disk = createSimulatedDisk();
  let opened = false;
  const io = {
    ...disk.io,
    syncDir: async (dir: string) => (opened ? new Promise<void>(() => {}) : disk.io.syncDir(dir)),
  };
  await openOn(disk, { io });
  opened = true;
  while (![...disk.files.keys()].some((path) => path.endsWith('.journal')))
    await new Promise((done) => setImmediate(done));
  disk.kill();
  await appendOf(await openOn(disk), 'a', 0, 10);
  disk.losePower(() => 'lost');
  expect(await readAllOf(await openOn(disk), 'a')).toEqual(bytesOf('a', 0, 10));
});

test('[J7] files that were not finished are deleted on start', async () => {
  const disk = createSimulatedDisk();
  await (await disk.io.open('/journal/00000009.journal.preparing')).writev([Buffer.alloc(100)], 0);
  const journal = await openOn(disk);
  await appendOf(journal, 'a', 0, 10);
  await journal.close();
  expect([...disk.files.keys()].filter((path) => path.endsWith('.preparing'))).toEqual([]);
});

test('[J11] what an older generation left in a file is never taken for the present', async () => {
  const disk = createSimulatedDisk();
  let journal = await openOn(disk, { maxTotalBytes: 2 * fileBytes });
  let end = 0;
  // Each round fills files with longer records than the next, so that old ones stand behind new ones at every place.
  for (const length of [9000, 4000, 1500, 700]) {
    for (let at = 0; at < 30; at += 1) {
      await appendOf(journal, 'old', end, end + length);
      end += length;
      journal.release('old', end);
    }
  }
  await appendOf(journal, 'new', 0, 500);
  const { fileBytes: total } = journal.stats();
  expect(total).toBe(2 * fileBytes);
  disk.kill();
  journal = await openOn(disk, { maxTotalBytes: 2 * fileBytes });
  expect(await readAllOf(journal, 'new')).toEqual(bytesOf('new', 0, 500));
  // Released bytes may be back, but only from the present generations: whole, and the latest ones.
  const back = journal.extent('old');
  expect(back?.end ?? end).toBe(end);
  expect(await readAllOf(journal, 'old')).toEqual(back && bytesOf('old', back.start, back.end));
  await journal.close();
});
