import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

export const embeddingLimits = { maxDims: 4096, maxLineBytes: 256 * 1024, maxHeaderBytes: 4096 };

/**
 * Vectors of a file: `.npy` (NumPy, version 1 to 3, little-endian 32-bit, C order, one row a vector) or JSON lines (a list of
 * numbers a line, or an object with such a list as `embedding`).
 * @param maxVectors where reading ends, whatever the file still has
 * @throws Error that says which row is wrong, and how
 */
export async function readEmbeddings(path: string, maxVectors: number): Promise<Float32Array[]> {
  const vectors = path.endsWith('.npy') ? await readNpy(path, maxVectors) : await readJsonLines(path, maxVectors);
  for (const [index, vector] of vectors.entries()) {
    const { length } = vectors[0]!;
    if (vector.length !== length)
      throw new Error(`Vector ${index + 1} has ${vector.length} numbers, the first ${length}.`);
    if (!vector.every(Number.isFinite)) throw new Error(`Vector ${index + 1} has numbers that are none.`);
  }
  return vectors;
}

async function readNpy(path: string, maxVectors: number): Promise<Float32Array[]> {
  const file = await open(path, 'r');
  try {
    const start = Buffer.alloc(embeddingLimits.maxHeaderBytes);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const { at, rows, dims } = readNpyHeader(start.subarray(0, bytesRead));
    const vectors: Float32Array[] = [];
    for (let row = 0; row < Math.min(rows, maxVectors); row++) {
      const vector = new Float32Array(dims);
      const read = await file.read(new Uint8Array(vector.buffer), 0, dims * 4, at + row * dims * 4);
      if (read.bytesRead < dims * 4) throw new Error(`The file ends in vector ${row + 1} of ${rows}.`);
      vectors.push(vector);
    }
    return vectors;
  } finally {
    await file.close();
  }
}

function readNpyHeader(start: Buffer): { at: number; rows: number; dims: number } {
  if (start.length < 12 || start.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error('This is no .npy file.');
  const [lengthAt, length] = start[6] === 1 ? [8, start.readUInt16LE(8)] : [8, start.readUInt32LE(8)];
  const headerAt = lengthAt + (start[6] === 1 ? 2 : 4);
  const header = start.toString('latin1', headerAt, headerAt + length);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (headerAt + length > start.length || !shape) throw new Error('The .npy file must have two dimensions.');
  if (!header.includes("'descr': '<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error('The .npy file must be of little-endian 32-bit numbers in C order: save array.astype("<f4").');
  }
  const [rows, dims] = [Number(shape[1]), Number(shape[2])];
  if (dims < 1 || dims > embeddingLimits.maxDims)
    throw new Error(`Vectors have 1 to ${embeddingLimits.maxDims} numbers.`);
  return { at: headerAt + length, rows, dims };
}

async function readJsonLines(path: string, maxVectors: number): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for await (const line of boundedLines(path)) {
    if (line.trim() === '') continue;
    const list = listOf(line);
    if (!Array.isArray(list) || list.length === 0 || !list.every((number) => typeof number === 'number')) {
      throw new Error(`Vector ${vectors.length + 1} is no list of numbers; give .npy or JSON lines.`);
    }
    if (list.length > embeddingLimits.maxDims)
      throw new Error(`Vectors have at most ${embeddingLimits.maxDims} numbers.`);
    vectors.push(Float32Array.from(list));
    if (vectors.length === maxVectors) break;
  }
  return vectors;
}

function listOf(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : (value as { embedding?: unknown } | null)?.embedding;
  } catch {
    return null;
  }
}

/** Lines of a file; one that is too long is an error before it is held whole. */
async function* boundedLines(path: string): AsyncGenerator<string> {
  let left = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    left = Buffer.concat([left, chunk]);
    for (let end = left.indexOf(10); end !== -1; end = left.indexOf(10)) {
      yield left.toString('utf8', 0, end);
      left = left.subarray(end + 1);
    }
    if (left.length > embeddingLimits.maxLineBytes) {
      throw new Error(`A line has more than ${embeddingLimits.maxLineBytes} bytes.`);
    }
  }
  if (left.length > 0) yield left.toString();
}
