import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { AppError } from '../../errors.ts';
import type { NewPassage, Passage } from './contract.ts';

const vocabulary =
  'budget archive delivery schedule remote control battery button prototype market interface research question answer committee minister school student teacher language model feature context window evaluation recording speaker meeting agenda decision proposal'.split(
    ' ',
  );

/** Whole numbers from 0 to 2³²−1, always the same for a seed. */
export function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

export function vectorOf(random: () => number, dims: number): Float32Array {
  return Float32Array.from({ length: dims }, () => random() / 2 ** 31 - 1);
}

/** Passages of words of a small vocabulary, three sources in turn; every seventh has no vector. */
export function passagesOf(count: number, dims: number, seed = 1): NewPassage[] {
  const random = randomOf(seed);
  const wordsOf = (length: number) => Array.from({ length }, () => vocabulary[random() % vocabulary.length]!).join(' ');
  return Array.from({ length: count }, (_, row) => ({
    source: `document-${row % 3}`,
    heading: row % 4 === 0 ? '' : wordsOf(2),
    page: row >> 3,
    start: row * 100,
    end: row * 100 + 90,
    text: wordsOf(5 + (random() % 30)),
    vector: dims === 0 || row % 7 === 6 ? null : vectorOf(random, dims),
  }));
}

export const anyPassage: fc.Arbitrary<Passage> = fc
  .record({
    source: fc.string({ unit: 'grapheme', maxLength: 12 }),
    heading: fc.string({ unit: 'grapheme', maxLength: 20 }),
    page: fc.nat(),
    start: fc.nat({ max: 2 ** 40 }),
    length: fc.nat({ max: 2 ** 40 }),
    text: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.lorem({ maxCount: 40 })),
  })
  .map(({ length, ...passage }) => ({ ...passage, end: passage.start + length }));

/** The path of a room's file in a folder of its own, which is removed after the test. */
export async function newRoomPath(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-room-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'room');
}

export function withoutVector(passage: NewPassage): Passage {
  const { source, heading, page, start, end, text } = passage;
  return { source, heading, page, start, end, text };
}

/** How it ended: `ok`, or the code of the error; any other error is thrown. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
