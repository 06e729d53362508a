import type { Scored } from './contract.ts';
import { codeAt, type QuantisedQuery } from './quantise.ts';
import { scanKernel } from './scan-kernel.ts';

/** The packed vectors of a segment. */
export interface Codes {
  bits: 4 | 8;
  rowBytes: number;
  codes: Uint8Array;
  /** One for each row; 0 for a row without a vector. */
  steps: Float32Array;
}

/** Writes the products of the query with each row's codes to `products`. */
export type Scan = (query: Int16Array, codes: Codes, products: Int32Array) => void;

/** What is used of WebAssembly here: its types come with a browser's only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

interface Kernel {
  memory: { buffer: ArrayBuffer };
  scan4(rows: number, rowBytes: number): void;
  scan8(rows: number, rowBytes: number): void;
}

const productsAt = 8192;
const codesAt = 24_576;

/**
 * The scan in WASM: it goes through rows in runs that fit into two pages of memory, which all rooms share. A room's bytes
 * stay one ArrayBuffer outside of it, for memory of WASM never shrinks and reserves gigabytes of addresses.
 */
export function createWasmScan(): Scan {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(scanKernel, 'base64')));
  const { memory, scan4, scan8 } = exports as Kernel;
  const bytes = new Uint8Array(memory.buffer);
  return (query, { bits, rowBytes, codes }, products) => {
    new Int16Array(memory.buffer).set(query);
    const run = Math.min((codesAt - productsAt) / 4, Math.floor((bytes.length - codesAt) / rowBytes));
    for (let row = 0; row < products.length; row += run) {
      const rows = Math.min(run, products.length - row);
      bytes.set(codes.subarray(row * rowBytes, (row + rows) * rowBytes), codesAt);
      (bits === 4 ? scan4 : scan8)(rows, rowBytes);
      products.set(new Int32Array(memory.buffer, productsAt, rows), row);
    }
  };
}

/** The same in plain JavaScript, for engines without SIMD. */
export const scanPlainly: Scan = (query, { bits, rowBytes, codes }, products) => {
  for (let row = 0; row < products.length; row++) {
    let sum = 0;
    for (let i = 0; i < query.length; i++) sum += query[i]! * codeAt(codes, row * rowBytes, i, bits);
    products[row] = sum;
  }
};

/** Cosines of the query with each row, as far as the codes tell; `-Infinity` where a row has no vector. */
export function scoresOf(scan: Scan, { values, step, halfSum }: QuantisedQuery, codes: Codes): Float64Array {
  const products = new Int32Array(codes.steps.length);
  scan(values, codes, products);
  const scores = new Float64Array(products.length);
  for (let row = 0; row < scores.length; row++) {
    const rowStep = codes.steps[row]!;
    scores[row] = rowStep === 0 ? -Infinity : (products[row]! + halfSum) * rowStep * step;
  }
  return scores;
}

/** The `k` best of the finite scores, best first; of equals the earlier row. Rows are counted from `firstRow`. */
export function bestOf(scores: Float64Array, k: number, firstRow = 0): Scored[] {
  const best: Scored[] = [];
  let least = -Infinity;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (!(score > least)) continue;
    let at = Math.min(best.length, k - 1);
    for (; at > 0 && best[at - 1]!.score < score; at--) best[at] = best[at - 1]!;
    best[at] = { row: firstRow + row, score };
    if (best.length === k) least = best[k - 1]!.score;
  }
  return best;
}
