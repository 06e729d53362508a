import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleKernel } from './assemble-kernel.ts';
import { quantise, quantiseQuery, rowBytesOf } from './quantise.ts';
import { scanKernel } from './scan-kernel.ts';
import { bestOf, createWasmScan, scanPlainly, scoresOf, type Codes } from './scan.ts';
import { randomOf, vectorOf } from './testing.ts';

const scanWasm = createWasmScan();

function codesOf(bits: 4 | 8, paddedDims: number, codes: Uint8Array): Codes {
  const rowBytes = rowBytesOf(paddedDims, bits);
  return { bits, rowBytes, codes, steps: new Float32Array(codes.length / rowBytes).fill(1) };
}

test('[I8] the committed kernel is what its text assembles to', async () => {
  expect(scanKernel).toBe(Buffer.from(await assembleKernel()).toString('base64'));
});

test('[I8] the scan in WASM gives the products of the plain one, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 8 as const),
      fc.integer({ min: 1, max: 64 }).map((blocks) => blocks * 64),
      fc.integer({ min: 0, max: 300 }),
      fc.nat(),
      (bits, dims, rows, seed) => {
        const random = randomOf(seed);
        const codes = codesOf(bits, dims, Uint8Array.from({ length: rows * rowBytesOf(dims, bits) }, random));
        const query = Int16Array.from({ length: dims }, () => (random() % 8191) - 4095);
        const [fast, plain] = [new Int32Array(rows), new Int32Array(rows)];
        scanWasm(query, codes, fast);
        scanPlainly(query, codes, plain);
        expect(fast).toEqual(plain);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  [4, 0x88],
  [8, 0x80],
] as const)('[I8] the largest products of 4096 numbers of %i bits do not overflow', (bits, lowest) => {
  const codes = codesOf(bits, 4096, new Uint8Array(rowBytesOf(4096, bits)).fill(lowest));
  for (const value of [4095, -4095]) {
    const query = new Int16Array(4096).fill(value);
    const [fast, plain] = [new Int32Array(1), new Int32Array(1)];
    scanWasm(query, codes, fast);
    scanPlainly(query, codes, plain);
    expect([fast[0], plain[0]]).toEqual(Array(2).fill(-value * 4096 * 2 ** (bits - 1)));
  }
});

test('[I8] more rows than the kernel’s memory takes at once are all scanned', () => {
  const random = randomOf(4);
  const codes = codesOf(8, 1024, Uint8Array.from({ length: 1024 * 1500 }, random));
  const query = Int16Array.from({ length: 1024 }, () => (random() % 8191) - 4095);
  const [fast, plain] = [new Int32Array(1500), new Int32Array(1500)];
  scanWasm(query, codes, fast);
  scanPlainly(query, codes, plain);
  expect(fast).toEqual(plain);
});

test.each([
  [4, 0.02],
  [8, 0.002],
] as const)('codes of %i bits tell cosines to within %f', (bits, tolerance) => {
  const random = randomOf(9);
  const unit = () => {
    const vector = Float64Array.from(vectorOf(random, 768));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
  const rows = Array.from({ length: 50 }, unit);
  const codes = codesOf(bits, 768, new Uint8Array(50 * rowBytesOf(768, bits)));
  for (const [row, vector] of rows.entries()) {
    codes.steps[row] = quantise(vector, bits, codes.codes.subarray(row * codes.rowBytes, (row + 1) * codes.rowBytes));
  }
  const query = unit();
  const scores = scoresOf(scanWasm, quantiseQuery(query), codes);
  for (const [row, vector] of rows.entries()) {
    const exact = vector.reduce((sum, value, index) => sum + value * query[index]!, 0);
    expect(Math.abs(scores[row]! - exact)).toBeLessThan(tolerance);
  }
});

test('[I5] the best come first, of equals the earlier row; what has no score is left out', () => {
  const score = fc.constantFrom(-Infinity, Number.NaN, -1, 0, 0.5, 2, 3);
  fc.assert(
    fc.property(fc.array(score, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (scores, k) => {
      const expected = scores
        .map((score, row) => ({ row, score }))
        .filter(({ score }) => Number.isFinite(score))
        .sort((a, b) => b.score - a.score || a.row - b.row)
        .slice(0, k);
      expect(bestOf(Float64Array.from(scores), k)).toEqual(expected);
    }),
  );
});
