import { expect, test, vi } from 'vitest';
import type { Level, Log } from '../contracts.ts';
import { createFakeClock } from '../testing/index.ts';
import { collectGarbage, createCollection, type CollectionSettings } from './collection.ts';
import { createDrainRequest } from './drain-request.ts';
import { createFeatures } from './features.ts';

const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

test('[R7] a feature is off from the level that it names, and on again below', () => {
  let level: Level = 'normal';
  const features = createFeatures(() => level);
  const previews = features.add('previews', { offAt: 'critical' });
  const seen = (['normal', 'warning', 'critical', 'emergency', 'critical', 'warning', 'normal'] as const).map(
    (next) => {
      level = next;
      return previews.on;
    },
  );
  expect(seen).toEqual([true, true, false, false, false, true, true]);
  expect(features.list()).toMatchObject([{ name: 'previews', offAt: 'critical', on: true }]);
  expect(() => features.add('previews', { offAt: 'warning' })).toThrow('previews already');
});

function buildCollection(settings: Partial<CollectionSettings> = { enabled: true }, collectMs = 0) {
  const clock = createFakeClock();
  const collect = vi.fn<() => void>(() => clock.advance(collectMs));
  const world = { mayStop: true };
  const collection = createCollection({ clock, log, mayStop: () => world.mayStop, collect, ...settings });
  return { clock, collect, collection, world };
}

test('[R8] a forced collection is off by default', async () => {
  const { collection, collect } = buildCollection({});
  expect(collection.now()).toBe(false);
  expect(await collection.request()).toBe(false);
  expect(collect).not.toHaveBeenCalled();
});

test('[R8] those who ask at once share one, in a turn of its own', async () => {
  const { collection, collect, clock } = buildCollection();
  const all = [collection.request(), collection.request()];
  expect(collect).not.toHaveBeenCalled();
  clock.advance(0);
  expect(await Promise.all(all)).toEqual([true, true]);
  expect(collect).toHaveBeenCalledTimes(1);
  expect(collection.count).toBe(1);
});

test('[R8] they are their interval apart, from the end of one; a failed one counts too', () => {
  const { collection, collect, clock } = buildCollection({ enabled: true, minIntervalMs: 1000 }, 5);
  collect.mockImplementationOnce(() => {
    throw new Error('flags are frozen');
  });
  expect(collection.now()).toBe(false);
  clock.advance(999);
  expect(collection.now()).toBe(false);
  clock.advance(1);
  expect(collection.now()).toBe(true);
  clock.advance(999);
  expect(collection.now()).toBe(false);
  clock.advance(1);
  expect(collection.now()).toBe(true);
  expect(collect).toHaveBeenCalledTimes(3);
});

test('[R8] one that took long is followed by a long pause', () => {
  const { collection, clock } = buildCollection({ enabled: true, minIntervalMs: 1000 }, 100);
  expect(collection.now()).toBe(true);
  clock.advance(1999);
  expect(collection.now()).toBe(false);
  clock.advance(1);
  expect(collection.now()).toBe(true);
});

test('[R8] none while critical requests are in flight, also when they came after it was asked for', async () => {
  const { collection, collect, clock, world } = buildCollection();
  const asked = collection.request();
  world.mayStop = false;
  clock.advance(0);
  expect(await asked).toBe(false);
  expect(collection.now()).toBe(false);
  world.mayStop = true;
  expect(collection.now()).toBe(true);
  expect(collect).toHaveBeenCalledTimes(1);
});

test('[R8] one within another is not begun; one no longer wanted or stopped is not done', async () => {
  const { collection, collect, clock } = buildCollection({ enabled: true, minIntervalMs: 0 });
  collect.mockImplementationOnce(() => {
    expect(collection.now()).toBe(false);
  });
  expect(collection.now()).toBe(true);
  const unwanted = collection.request(() => false);
  clock.advance(0);
  expect(await unwanted).toBe(false);
  const stopped = collection.request();
  collection.stop();
  expect(await stopped).toBe(false);
  expect(clock.pending).toBe(0);
  expect(collect).toHaveBeenCalledTimes(1);
});

test('[R8] garbage is collected without a flag at the start, and no flag stays behind', async () => {
  const forgotten = new WeakRef(Array.from({ length: 1000 }));
  await new Promise((resolve) => void setTimeout(resolve, 1));
  collectGarbage();
  expect(forgotten.deref()).toBeUndefined();
  expect(globalThis.gc).toBeUndefined();
});

function buildDrain(ask: () => void | Promise<void>) {
  const clock = createFakeClock();
  const errors: string[] = [];
  const drain = createDrainRequest({ afterMs: 60_000, ask }, clock, {
    ...log,
    error: (_, text) => void errors.push(text),
  });
  return { clock, drain, errors };
}

test('[R9] the service is asked once, when emergency has not yielded for the time told', async () => {
  const ask = vi.fn<() => void>();
  const { clock, drain } = buildDrain(ask);
  drain.onLevel('emergency');
  clock.advance(59_999);
  expect(ask).not.toHaveBeenCalled();
  clock.advance(1);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(drain.wasAsked).toBe(true);
  drain.onLevel('critical');
  drain.onLevel('emergency');
  clock.advance(600_000);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('[R9] emergency that yields begins anew; asking is off unless allowed', () => {
  const ask = vi.fn<() => void>();
  const { clock, drain } = buildDrain(ask);
  for (let time = 0; time < 5; time += 1) {
    drain.onLevel('emergency');
    clock.advance(40_000);
    drain.onLevel('critical');
    clock.advance(40_000);
  }
  drain.onLevel('emergency');
  drain.stop();
  expect(clock.pending).toBe(0);
  expect(ask).not.toHaveBeenCalled();

  const forbidden = createDrainRequest(undefined, clock, log);
  forbidden.onLevel('emergency');
  expect(clock.pending).toBe(0);
});

test('[R9] what asking throws is logged', async () => {
  const { clock, drain, errors } = buildDrain(() => Promise.reject(new Error('no one is there')));
  drain.onLevel('emergency');
  await clock.advanceAsync(60_000);
  expect(errors).toEqual([expect.stringContaining('does not yield'), expect.stringContaining('failed')]);
});
