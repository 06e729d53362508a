import { availableParallelism } from 'node:os';
import { adviseFlags } from '@hansard/headroom/operator';
import { expect, it } from 'vitest';
import { launchArgsIn, launchEnv } from './launch.ts';

it('starts V8 with threads to suit the processors, and a heap to suit the container', () => {
  const { flags } = adviseFlags({
    containerLimitBytes: null,
    mostSemiSpaceMb: 8,
    heapGrowthPercent: 20,
    processors: availableParallelism(),
  });
  expect(flags).toContain('--max-semi-space-size=8');
  expect(launchArgsIn(null)).toEqual(expect.arrayContaining([...flags]));
  expect(launchArgsIn(4 * 2 ** 30)).toContain('--max-semi-space-size=8');
  expect(launchArgsIn(256 * 2 ** 20)).toContain('--max-semi-space-size=4');
  const [heap] = launchArgsIn(256 * 2 ** 20);
  expect(heap).toMatch(/^--max-old-space-size=\d+$/);
});

it('gives glibc one heap for all threads, unless a person wants more', () => {
  expect(launchEnv({ PORT: '1' })).toEqual({ PORT: '1', MALLOC_ARENA_MAX: '1' });
  expect(launchEnv({ MALLOC_ARENA_MAX: '4' })).toEqual({ MALLOC_ARENA_MAX: '4' });
});
