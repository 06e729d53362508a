import type { Bits } from './contract.ts';

/** The width of a step, in standard deviations, that loses least of a bell-shaped number in so many bits. */
const stepWidths = { 4: 0.3352, 8: 0.0308 };

/** Largest number of a quantised query: with it 4096 products of the largest code still fit into 32 bits. */
const maxQuery = 4095;

export function rowBytesOf(paddedDims: number, bits: Bits): number {
  return (paddedDims * bits) / 8;
}

/**
 * Writes the codes of a rotated vector of length 1 to `into` and returns its step: a code c stands for (c + ½) × step. The
 * step is chosen such that the vector's product with its own codes is exactly 1, which takes the bias out of all products.
 */
export function quantise(rotated: Float64Array, bits: 4 | 8, into: Uint8Array): number {
  const width = stepWidths[bits] / Math.sqrt(rotated.length);
  const top = 2 ** (bits - 1) - 1;
  let product = 0;
  if (bits === 4) into.fill(0);
  for (let i = 0; i < rotated.length; i++) {
    const code = Math.max(-top - 1, Math.min(top, Math.floor(rotated[i]! / width)));
    product += rotated[i]! * (code + 0.5);
    if (bits === 8) into[i] = code;
    else into[nibbleByte(i)]! |= (code & 15) << nibbleShift(i);
  }
  return 1 / product;
}

/** 32 numbers take 16 bytes, eight 16-bit lanes: lane l holds the numbers l, l + 8, l + 16 and l + 24, lowest bits first. */
function nibbleByte(index: number): number {
  return (index >> 5) * 16 + (index & 7) * 2 + ((index >> 4) & 1);
}

function nibbleShift(index: number): number {
  return ((index >> 3) & 1) * 4;
}

export function codeAt(codes: Uint8Array, row: number, index: number, bits: 4 | 8): number {
  if (bits === 8) return (codes[row + index]! << 24) >> 24;
  return ((codes[row + nibbleByte(index)]! >> nibbleShift(index)) << 28) >> 28;
}

export interface QuantisedQuery {
  values: Int16Array;
  /** What a value of 1 stands for. */
  step: number;
  /** Half the sum of the values: the share of the ½ that every code carries. */
  halfSum: number;
}

export function quantiseQuery(rotated: Float64Array): QuantisedQuery {
  let largest = 0;
  for (let i = 0; i < rotated.length; i++) largest = Math.max(largest, Math.abs(rotated[i]!));
  const step = largest / maxQuery || 1;
  const values = new Int16Array(rotated.length);
  let sum = 0;
  for (let i = 0; i < rotated.length; i++) sum += values[i] = Math.round(rotated[i]! / step);
  return { values, step, halfSum: sum / 2 };
}

/** The vector with length 1, in 32 bits; null for one without a direction. */
export function normalised(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2;
  const length = Math.sqrt(squares);
  if (!(length > 0 && Number.isFinite(length))) return null;
  const unit = new Float32Array(vector.length);
  for (let i = 0; i < unit.length; i++) unit[i] = vector[i]! / length;
  return unit;
}
