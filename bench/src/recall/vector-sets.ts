import { createTextVectors } from './text-vectors.ts';
import { readTexts } from './texts.ts';
import { clusteredVectors, randomVectors } from './vectors.ts';

/** Vectors by the room, each with those that are asked of it. */
export interface VectorSet {
  name: string;
  rooms: { vectors: Float32Array[]; queries: Float32Array[] }[];
}

export const dims = 768;
export const letters = 500;
const queries = 1000;

/** Vectors without any order, around a few centres, and made of the words of real documents (asked with real questions too). */
export async function syntheticSets(size: number): Promise<VectorSet[]> {
  const { passages, questions } = await readTexts(letters);
  const vectorOf = createTextVectors(passages, dims);
  const inRoom = passages.filter((_, index) => index % 5 !== 0).slice(0, size);
  const others = passages.filter((_, index) => index % 5 === 0).slice(0, queries - questions.length);
  return [
    { name: 'random', rooms: [{ vectors: randomVectors(size, dims, 1), queries: randomVectors(queries, dims, 2) }] },
    {
      name: 'clustered',
      rooms: [{ vectors: clusteredVectors(size, dims, 3), queries: clusteredVectors(queries, dims, 4) }],
    },
    {
      name: 'text',
      rooms: [{ vectors: inRoom.map(vectorOf), queries: [...questions, ...others].map(vectorOf) }],
    },
  ];
}
