import { defineConfig } from 'vitest/config';

/** Its heap is what they write out: with all other tests in it, that takes a minute. */
const ownHeap = 'packages/headroom/src/operator/dumps.test.ts';

// Vitest leaves one core to others: on two, one worker would do all, and mostly wait.
const everywhere = {
  pool: 'threads',
  isolate: false,
  maxWorkers: 2,
  setupFiles: [`${import.meta.dirname}/scripts/property-seed.ts`],
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...everywhere,
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,bench}/**/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'apps/web/**', 'apps/e2e/**', ownHeap],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'own-heap', environment: 'node', include: [ownHeap] } },
      {
        test: {
          ...everywhere,
          name: 'web',
          environment: 'happy-dom',
          include: ['apps/web/src/**/*.test.{ts,tsx}'],
        },
      },
      {
        test: {
          name: 'end-to-end',
          environment: 'node',
          setupFiles: everywhere.setupFiles,
          include: ['apps/e2e/src/**/*.test.ts'],
          // They wait more than they work: two at a time, once the others are done.
          maxWorkers: 2,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
