import { crc32 } from 'node:zlib';
import { damaged, readU32, u32s } from './bytes.ts';

/** What a row of 32-bit numbers takes in the file: the numbers and their CRC-32. */
export function vectorRowBytes(dims: number): number {
  return dims === 0 ? 0 : dims * 4 + 4;
}

/** The rows as they lie in the file; `vectors` are behind each other. */
export function encodeVectors(vectors: Float32Array, dims: number): Uint8Array {
  if (dims === 0) return new Uint8Array(0);
  const rowBytes = vectorRowBytes(dims);
  const bytes = new Uint8Array((vectors.length / dims) * rowBytes);
  for (let row = 0; row * dims < vectors.length; row++) {
    const numbers = new Uint8Array(vectors.buffer, vectors.byteOffset + row * dims * 4, dims * 4);
    bytes.set(numbers, row * rowBytes);
    bytes.set(u32s([crc32(numbers)]), row * rowBytes + dims * 4);
  }
  return bytes;
}

/** The row that begins at `at`, which must be a multiple of 4; a view. */
export function decodeVector(bytes: Uint8Array<ArrayBuffer>, at: number, dims: number): Float32Array {
  const numbers = bytes.subarray(at, at + dims * 4);
  if (crc32(numbers) !== readU32(bytes, at + dims * 4)) throw damaged('the checksum of a vector is wrong');
  return new Float32Array(bytes.buffer, bytes.byteOffset + at, dims);
}
