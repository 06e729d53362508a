export interface Rotation {
  /** Numbers in a rotated vector: `dims` rounded up to a multiple of 64. */
  paddedDims: number;
  /** Writes the rotated vector to `into`, of `paddedDims` numbers; lengths and angles stay as they are. */
  rotate(vector: Float32Array, into: Float64Array): void;
}

/**
 * A random rotation by two rounds of signs, shuffling and Hadamard transforms. It spreads every vector evenly over its
 * numbers, so that a few bits each tell as much of one as of another. The same seed gives the same rotation everywhere.
 */
export function createRotation(dims: number, seed: number): Rotation {
  const paddedDims = padded(dims);
  const block = paddedDims & -paddedDims;
  const scale = 1 / Math.sqrt(block);
  const random = createRandom(seed);
  const rounds = [0, 1].map(() => ({ order: shuffled(paddedDims, random), signs: signsOf(paddedDims, random, scale) }));
  const scratch = new Float64Array(paddedDims);
  return {
    paddedDims,
    rotate(vector, into) {
      into.fill(0);
      into.set(vector);
      for (const { order, signs } of rounds) {
        for (let i = 0; i < paddedDims; i++) scratch[i] = into[order[i]!]! * signs[i]!;
        for (let at = 0; at < paddedDims; at += block) hadamard(scratch, at, block);
        into.set(scratch);
      }
    },
  };
}

export function padded(dims: number): number {
  return Math.ceil(dims / 64) * 64;
}

function hadamard(values: Float64Array, at: number, length: number): void {
  for (let half = 1; half < length; half *= 2) {
    for (let group = at; group < at + length; group += half * 2) {
      for (let i = group; i < group + half; i++) {
        const a = values[i]!;
        const b = values[i + half]!;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

function shuffled(length: number, random: () => number): Uint16Array {
  const order = Uint16Array.from({ length }, (_, index) => index);
  for (let i = length - 1; i > 0; i--) {
    const j = random() % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function signsOf(length: number, random: () => number, scale: number): Float64Array {
  return Float64Array.from({ length }, () => (random() & 0x10000 ? scale : -scale));
}

/** Whole numbers from 0 to 2³²−1 (xorshift). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}
