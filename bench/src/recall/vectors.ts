/** Normally distributed numbers, always the same for a seed. */
export function createNormal(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>>= 0) + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function randomVectors(count: number, dims: number, seed: number): Float32Array[] {
  const normal = createNormal(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: dims }, normal));
}

const centres = 40;
/** How far a vector lies from its centre, for a distance of 1 between the centre and the origin. */
const spread = 0.6;

/** Vectors around a few centres, as those of texts about a few topics are. */
export function clusteredVectors(count: number, dims: number, seed: number): Float32Array[] {
  const normal = createNormal(seed);
  const around = randomVectors(centres, dims, 4242);
  return Array.from({ length: count }, () => {
    const centre = around[Math.floor(Math.abs(normal()) * 1e6) % centres]!;
    return centre.map((value) => value + spread * normal());
  });
}
