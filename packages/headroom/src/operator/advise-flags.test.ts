import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adviseFlags } from './advise-flags.ts';

const mib = 2 ** 20;
const heapMb = (containerMb: number, outsideBytes = 0) => {
  const { maxOldSpaceMb, maxSemiSpaceMb } = adviseFlags({ containerLimitBytes: containerMb * mib, outsideBytes });
  return maxOldSpaceMb! + 3 * maxSemiSpaceMb;
};

test('[O3] leaves room for what is outside the heap', () => {
  expect(adviseFlags({ containerLimitBytes: 256 * mib })).toMatchObject({
    flags: ['--max-old-space-size=170', '--max-semi-space-size=4'],
  });
  expect(adviseFlags({ containerLimitBytes: 2048 * mib })).toMatchObject({
    flags: ['--max-old-space-size=1747', '--max-semi-space-size=16'],
  });
  expect(heapMb(256, 100 * mib)).toBe(heapMb(256) - 100);
});

test('[O3] never gives a heap larger than the container, and leaves at least 48 MiB where there is as much', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }), (containerMb, outsideMb) => {
      const heap = heapMb(containerMb, outsideMb * mib);
      expect(heap).toBeGreaterThan(0);
      expect(heap).toBeLessThan(containerMb);
      expect(containerMb - heap).toBeGreaterThanOrEqual(containerMb >= 128 ? 48 : 1);
    }),
  );
});

test('[O3] says where a container is too small, and leaves V8 its choice where there is none', () => {
  expect(adviseFlags({ containerLimitBytes: 48 * mib }).reasons.join(' ')).toContain('too small');
  expect(adviseFlags({ containerLimitBytes: null, semiSpaceMb: 8 })).toMatchObject({
    maxOldSpaceMb: null,
    flags: ['--max-semi-space-size=8'],
  });
});
