import { defineConfig } from 'vitest/config';

const everywhere = { pool: 'threads', isolate: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...everywhere,
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,bench}/**/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'apps/web/**', 'apps/e2e/**'],
          testTimeout: 20_000,
        },
      },
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
