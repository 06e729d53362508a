import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adviseFlags } from './advise-flags.ts';

const mib = 2 ** 20;
/** One that needs no flag for its own sake. */
const v8Version = '12.4.254.21';
const heapMb = (containerMb: number, outsideBytes = 0) => {
  const { maxOldSpaceMb, maxSemiSpaceMb } = adviseFlags({ containerLimitBytes: containerMb * mib, outsideBytes });
  return maxOldSpaceMb! + 3 * maxSemiSpaceMb;
};

test('[O3] leaves room for what is outside the heap', () => {
  expect(adviseFlags({ containerLimitBytes: 256 * mib, v8Version })).toMatchObject({
    flags: ['--max-old-space-size=170', '--max-semi-space-size=4'],
  });
  expect(adviseFlags({ containerLimitBytes: 2048 * mib, v8Version })).toMatchObject({
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
  expect(adviseFlags({ containerLimitBytes: null, mostSemiSpaceMb: 8, v8Version })).toMatchObject({
    maxOldSpaceMb: null,
    flags: ['--max-semi-space-size=8'],
  });
});

test('[O4] leaves the event loop a processor that no helper of V8 takes', () => {
  const flagsOn = (processors?: number) =>
    adviseFlags({
      containerLimitBytes: null,
      mostSemiSpaceMb: 8,
      v8Version,
      ...(processors !== undefined && { processors }),
    }).flags.slice(1);
  expect(flagsOn(1)).toEqual(['--v8-pool-size=1', '--no-parallel-scavenge']);
  expect(flagsOn(2)).toEqual(flagsOn(1));
  expect(flagsOn(4)).toEqual(['--v8-pool-size=3']);
  expect(flagsOn(8)).toEqual([]);
  expect(flagsOn()).toEqual([]);
  const { flags, reasons } = adviseFlags({ containerLimitBytes: 256 * mib, processors: 2, v8Version });
  expect(flags).toHaveLength(4);
  expect(reasons.join(' ')).toContain('two processors');
});

test('[O5] lets scavenges go on while the whole heap is marked, where V8 would not and can', () => {
  const flagsFor = (version: string) => adviseFlags({ containerLimitBytes: null, v8Version: version }).flags;
  expect(flagsFor('13.6.233.17-node.53')).toContain('--no-separate-gc-phases');
  expect(flagsFor('12.4.254.21-node.57')).not.toContain('--no-separate-gc-phases');
  expect(flagsFor('14.6.202.34-node.34')).not.toContain('--no-separate-gc-phases');
});

test('[O6] holds the growth of the heap to what is asked for', () => {
  const situation = { containerLimitBytes: null, v8Version };
  const { flags, reasons } = adviseFlags({ ...situation, heapGrowthPercent: 25 });
  expect(flags).toEqual([...adviseFlags(situation).flags, '--heap-growing-percent=25']);
  expect(reasons.join(' ')).toContain('25 %');
});

test('[O4] [O6] Node starts with the flags', () => {
  const { flags } = adviseFlags({ containerLimitBytes: 256 * mib, processors: 2, heapGrowthPercent: 25 });
  expect(execFileSync(process.execPath, [...flags, '--print', '1 + 1'], { encoding: 'utf8' })).toBe('2\n');
});
