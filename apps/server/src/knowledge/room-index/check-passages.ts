import { AppError } from '../../errors.ts';
import type { NewPassage, Question, RoomShape } from './contract.ts';
import { roomIndexLimits as limits } from './limits.ts';

export function checkShape({ dims, bits }: RoomShape): void {
  const fits = bits === 0 ? dims === 0 : (bits === 4 || bits === 8) && Number.isInteger(dims) && dims > 0;
  if (!fits) throw bad('A room has vectors of 4 or 8 bits and at least one number, or none of 0 bits.');
  if (dims > limits.maxDims) throw new AppError('TOO_LARGE', `Vectors have at most ${limits.maxDims} numbers.`);
}

export function checkPassages(passages: readonly NewPassage[], inRoom: number, dims: number): void {
  if (inRoom + passages.length > limits.maxPassages) {
    throw new AppError('TOO_LARGE', `A room has at most ${limits.maxPassages} passages.`);
  }
  for (const { source, heading, text, page, start, end, vector } of passages) {
    checkBytes('text', text, limits.maxTextBytes);
    checkBytes('heading', heading, limits.maxHeadingBytes);
    checkBytes('source', source, limits.maxSourceBytes);
    if (
      ![page, start, end].every((number) => Number.isSafeInteger(number) && number >= 0 && number < 2 ** 48) ||
      end < start
    ) {
      throw bad('Pages and places are whole numbers, and none ends before it begins.');
    }
    if (vector) checkVector(vector, dims);
  }
}

export function checkQuestion({ text, vector, k }: Question, dims: number): void {
  checkBytes('question', text, limits.maxQueryBytes);
  checkCount(k);
  if (vector && dims > 0) checkVector(vector, dims);
}

export function checkCount(k: number): void {
  if (!Number.isInteger(k) || k < 1 || k > limits.maxResults) throw bad(`Ask for 1 to ${limits.maxResults} passages.`);
}

export function checkVector(vector: Float32Array, dims: number): void {
  if (vector.length !== dims) throw bad(`A vector of this room has ${dims} numbers, not ${vector.length}.`);
  if (!vector.every(Number.isFinite)) throw bad('A vector has numbers that are none.');
}

function checkBytes(name: string, value: string, maxBytes: number): void {
  if (Buffer.byteLength(value) > maxBytes) throw new AppError('TOO_LARGE', `A ${name} has at most ${maxBytes} bytes.`);
}

function bad(message: string): AppError {
  return new AppError('BAD_REQUEST', message);
}
