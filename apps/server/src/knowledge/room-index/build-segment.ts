import { assemble, type Shape } from './assemble.ts';
import type { NewPassage } from './contract.ts';
import { packWords } from './pack-words.ts';
import type { Postings } from './postings.ts';
import { normalised, quantise, rowBytesOf } from './quantise.ts';
import type { Rotation } from './rotation.ts';
import { encodeBlocks } from './text-blocks.ts';
import { wordsOf } from './words.ts';

const noVectors = { steps: new Uint8Array(0), codes: new Uint8Array(0) };

/** A segment of these passages, and their vectors with length 1 behind each other (zeros where there is none). */
export function buildSegment(passages: readonly NewPassage[], shape: Shape, rotation: Rotation | null) {
  const { dims, bits } = shape;
  const vectors = new Float32Array(passages.length * dims);
  for (const [row, { vector }] of passages.entries()) {
    const unit = vector && dims > 0 ? normalised(vector) : null;
    if (unit) vectors.set(unit, row * dims);
  }
  const packedVectors = rotation && bits !== 0 ? packVectors(vectors, dims, bits, rotation) : noVectors;
  const lengths = new Uint16Array(passages.length);
  const occurrences = new Map<string, Postings>();
  for (const [row, { heading, text }] of passages.entries()) {
    lengths[row] = countWords(wordsOf(`${heading}\n${text}`), row, occurrences);
  }
  const packedWords = packWords(occurrences);
  const segment = assemble(shape, { ...packedVectors, lengths, packedWords, blocks: encodeBlocks(passages) });
  return { segment, vectors };
}

function packVectors(vectors: Float32Array, dims: number, bits: 4 | 8, rotation: Rotation) {
  const rowBytes = rowBytesOf(rotation.paddedDims, bits);
  const steps = new Float32Array(vectors.length / dims);
  const codes = new Uint8Array(steps.length * rowBytes);
  const rotated = new Float64Array(rotation.paddedDims);
  for (let row = 0; row < steps.length; row++) {
    const vector = vectors.subarray(row * dims, (row + 1) * dims);
    if (vector.every((value) => value === 0)) continue;
    rotation.rotate(vector, rotated);
    steps[row] = quantise(rotated, bits, codes.subarray(row * rowBytes, (row + 1) * rowBytes));
  }
  return { steps: new Uint8Array(steps.buffer), codes };
}

/** Adds a passage's words to the postings; gives their number, as far as it can be kept. */
function countWords(words: readonly string[], row: number, into: Map<string, Postings>): number {
  for (const word of words) {
    const postings = into.get(word) ?? { rows: [], counts: [] };
    const last = postings.rows.length - 1;
    if (postings.rows[last] === row) postings.counts[last]! += 1;
    else {
      postings.rows.push(row);
      postings.counts.push(1);
    }
    into.set(word, postings);
  }
  return Math.min(words.length, 0xffff);
}
