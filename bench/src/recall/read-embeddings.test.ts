import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEmbeddings } from './read-embeddings.ts';

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-embeddings-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, name), content);
  return join(dir, name);
}

/** As `numpy.save` writes it: the header is padded with spaces to a multiple of 64 and ends with a new line. */
function npy(rows: readonly number[][], { version = 1, descr = '<f4', fortran = 'False' } = {}): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${rows.length}, ${rows[0]!.length}), }`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const lengthBytes = version === 1 ? 2 : 4;
  const length = Math.ceil((start.length + lengthBytes + text.length + 1) / 64) * 64 - start.length - lengthBytes;
  const size = Buffer.alloc(lengthBytes);
  size.writeUIntLE(length, 0, lengthBytes);
  const numbers = Buffer.from(Float32Array.from(rows.flat()).buffer);
  return Buffer.concat([start, size, Buffer.from(text.padEnd(length - 1) + '\n'), numbers]);
}

const rows = [
  [1, 0.5, -2],
  [0, 3, 4],
  [7, 8, 9],
];

test.each([1, 2, 3])('reads .npy files of version %i, as far as asked', async (version) => {
  const path = await fileOf('some.npy', npy(rows, { version }));
  expect(await readEmbeddings(path, 10)).toEqual(rows.map((row) => Float32Array.from(row)));
  expect(await readEmbeddings(path, 2)).toHaveLength(2);
});

test('reads lists and objects of JSON lines, as far as asked', async () => {
  const path = await fileOf('some.jsonl', '[1,0.5,-2]\r\n\n{"id":"b","embedding":[0,3,4]}\n[7,8,9]');
  expect(await readEmbeddings(path, 10)).toEqual(rows.map((row) => Float32Array.from(row)));
  expect(await readEmbeddings(path, 2)).toHaveLength(2);
});

test.each([
  ['a.npy', npy(rows, { descr: '<f8' }), /32-bit/],
  ['a.npy', npy(rows, { fortran: 'True' }), /C order/],
  ['a.npy', npy(rows).subarray(0, -1), /ends in vector 3 of 3/],
  ['a.npy', npy([[1, Number.NaN]]), /Vector 1 has numbers that are none/],
  ['a.npy', 'PK\x03\x04 something else', /no \.npy file/],
  ['a.npy', '', /no \.npy file/],
  ['a.jsonl', '[1,2]\n[1]', /Vector 2 has 1 numbers, the first 2/],
  ['a.jsonl', '[1,"2"]', /Vector 1 is no list of numbers/],
  ['a.md', '# Not a vector', /Vector 1 is no list of numbers/],
  ['a.jsonl', '{"vector":[1]}', /Vector 1 is no list of numbers/],
  ['a.jsonl', `[${'1,'.repeat(200_000)}1]`, /line has more than/],
  ['a.jsonl', `[${'1,'.repeat(5000)}1]`, /at most 4096/],
])('%s: what is wrong with the file is said (%#)', async (name, content, message) => {
  await expect(readEmbeddings(await fileOf(name, content), 10)).rejects.toThrow(message);
});
