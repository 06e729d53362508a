import { createNormal } from './vectors.ts';

/** Terms of which a projection is kept; beyond, it is made again. */
const maxKept = 20_000;

/**
 * Vectors made of words: the weights of a text's words and of its pairs of neighbours (frequency by rarity), each times a random direction of
 * its own. Cosines are then those of the weights, about: near for texts with words in common, as of a crude embedding.
 * @param texts those whose frequencies count
 * @returns the vector of a text, of `dims` numbers
 */
export function createTextVectors(texts: readonly string[], dims: number): (text: string) => Float32Array {
  const having = new Map<string, number>();
  for (const text of texts) for (const term of new Set(termsOf(text))) having.set(term, (having.get(term) ?? 0) + 1);
  const directions = new Map<string, Float32Array>();
  const directionOf = (term: string) => {
    const known = directions.get(term);
    if (known) return known;
    const normal = createNormal(hashOf(term));
    const direction = Float32Array.from({ length: dims }, normal);
    if (directions.size < maxKept) directions.set(term, direction);
    return direction;
  };
  return (text) => {
    const vector = new Float32Array(dims);
    for (const [term, count] of countsOf(termsOf(text))) {
      const weight = (1 + Math.log(count)) * Math.log((texts.length + 1) / ((having.get(term) ?? 0) + 0.5));
      const direction = directionOf(term);
      for (let i = 0; i < dims; i++) vector[i]! += weight * direction[i]!;
    }
    return vector;
  };
}

function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...words, ...words.slice(1).map((word, index) => `${words[index]} ${word}`)];
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** FNV-1a. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  return hash >>> 1;
}
