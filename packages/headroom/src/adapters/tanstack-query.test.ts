import { QueryObserver } from '@tanstack/query-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBoundedQueryClient } from './tanstack-query.ts';

const keys = (client: ReturnType<typeof createBoundedQueryClient>['client']) =>
  client
    .getQueryCache()
    .getAll()
    .map(({ queryKey }) => queryKey[0]);

/** A turn for what TanStack puts off. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const sizeOf = (data: unknown) => data as number;
const run = (steps: Iterable<number>) => Array.from(steps);

test('[D3] holds 100 queries by default, 5 minutes unobserved, fresh for 30 s', async () => {
  const { client, ...bounded } = createBoundedQueryClient();
  for (let index = 0; index < 250; index += 1) client.setQueryData(['k', index], 'text');
  expect(client.getQueryCache().getAll()).toHaveLength(100);
  await client.fetchQuery({ queryKey: ['fetched'], queryFn: () => 'text' });
  const [fetched] = client.getQueryCache().findAll({ queryKey: ['fetched'] });
  expect(fetched?.gcTime).toBe(300_000);
  expect(client.getDefaultOptions().queries?.staleTime).toBe(30_000);
  expect(client.getQueryCache().getAll()).toHaveLength(100);
  expect(bounded.response.name).toBe('queries');
  client.clear();
});

test('[D3] the least recently used goes first; reading is a use', () => {
  const { client } = createBoundedQueryClient({ maxQueries: 3 });
  for (const key of ['a', 'b', 'c']) client.setQueryData([key], 1);
  client.getQueryData(['a']);
  client.setQueryData(['d'], 1);
  expect(keys(client)).toEqual(['a', 'c', 'd']);
  client.clear();
});

test('[D3] observed queries and those being fetched never go; they do once they are neither', async () => {
  const bounded = createBoundedQueryClient({ maxQueries: 2 });
  const { client } = bounded;
  const stops = ['a', 'b', 'c'].map((key) => {
    const observer = new QueryObserver(client, { queryKey: [key], queryFn: () => key });
    return observer.subscribe(() => {});
  });
  let finish: (data: string) => void;
  const fetched = client.fetchQuery({ queryKey: ['d'], queryFn: () => new Promise<string>((done) => (finish = done)) });
  await turn();
  client.setQueryData(['e'], 1);
  await turn();
  expect(keys(client)).toEqual(['a', 'b', 'c', 'd']);
  finish!('d');
  await expect(fetched).resolves.toBe('d');
  await turn();
  expect(keys(client)).toEqual(['a', 'b', 'c']);
  stops[1]!();
  await turn();
  expect(keys(client)).toEqual(['a', 'c']);
  for (const stop of stops) stop();
  expect(run(bounded.response.apply(1))).toBeDefined();
  expect(bounded.queries).toBe(0);
});

test('[D3] holds at most its bytes; what is larger than all of them is given, and not kept', async () => {
  const bounded = createBoundedQueryClient({ maxBytes: 100, sizeOf });
  const { client } = bounded;
  for (const key of ['a', 'b', 'c']) client.setQueryData([key], 40);
  expect([bounded.bytes, ...keys(client)]).toEqual([80, 'b', 'c']);
  expect(await client.fetchQuery({ queryKey: ['large'], queryFn: () => 1000 })).toBe(1000);
  await turn();
  expect(bounded.bytes).toBe(0);
  expect(bounded.evictions).toBe(4);
  client.clear();
});

test('[D3] pressure lowers both bounds in slices, says the bytes, and gives them back', () => {
  const bounded = createBoundedQueryClient({ maxBytes: 1000, sizeOf });
  const { client, response } = bounded;
  const fill = () => {
    for (let index = 0; index < 100; index += 1) client.setQueryData([index], 10);
  };
  fill();
  const freed = run(response.apply(0.5));
  expect(freed.length).toBeGreaterThan(2);
  expect(freed.reduce((sum, bytes) => sum + bytes)).toBe(500);
  fill();
  expect([bounded.queries, bounded.bytes]).toEqual([50, 500]);
  expect(run(response.apply(0))).toEqual([0]);
  fill();
  expect([bounded.queries, bounded.bytes]).toEqual([100, 1000]);
  client.clear();
});

test('[D3] any sequence of uses stays within the bounds, and the bytes are the sum of what is there', () => {
  const step = fc.record({
    key: fc.nat(12),
    bytes: fc.nat(60),
    act: fc.constantFrom('set', 'get', 'remove', 'relieve'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const bounded = createBoundedQueryClient({ maxQueries: 5, maxBytes: 150, sizeOf });
      const { client } = bounded;
      for (const { key, bytes, act } of steps) {
        if (act === 'set') client.setQueryData([key], bytes);
        if (act === 'get') client.getQueryData([key]);
        if (act === 'remove') client.removeQueries({ queryKey: [key] });
        if (act === 'relieve') run(bounded.response.apply(bytes / 60));
        const all = client.getQueryCache().getAll();
        expect(bounded.queries).toBe(all.length);
        expect(bounded.bytes).toBe(all.reduce((sum, { state }) => sum + sizeOf(state.data), 0));
        // The last one set may be on its way out.
        expect(all.length).toBeLessThanOrEqual(6);
      }
      client.clear();
    }),
    { numRuns: 100 },
  );
});
