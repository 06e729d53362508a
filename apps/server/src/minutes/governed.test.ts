import { describe, expect, it } from 'vitest';
import { ownerActor } from '../identity/index.ts';
import { emptyDraft } from './draft.ts';
import type { MinutesEngine } from './engine.ts';
import { addMeeting, enginesWith, world } from './testing.ts';

function countingEngine(label = 'counting 1'): MinutesEngine & { calls: number } {
  const engine = {
    name: 'counting',
    label,
    calls: 0,
    write: () => {
      engine.calls += 1;
      return Promise.resolve(emptyDraft());
    },
  };
  return engine;
}

describe('minutes that were made of the same text', () => {
  async function made(engine: MinutesEngine, results: Map<string, string>) {
    const { database, service } = world({ engines: enginesWith(engine), options: { results } });
    await addMeeting(database);
    const make = async (fresh?: boolean) => {
      await service.make(ownerActor, 'm1', { engine: 'counting', ...(fresh && { fresh }) });
      await service.idle();
      return service.latest(ownerActor, 'm1');
    };
    return { database, make };
  }

  it('are taken from memory, unless a person wants new ones', async () => {
    const engine = countingEngine();
    const { make } = await made(engine, new Map());
    await make();
    expect(await make()).toMatchObject({ state: 'done', engine: 'counting 1' });
    expect(engine.calls).toBe(1);
    await make(true);
    expect(engine.calls).toBe(2);
  });

  it('are made again where a line, the engine, or what is kept is another', async () => {
    const results = new Map<string, string>();
    const engine = countingEngine();
    const { database, make } = await made(engine, results);
    await make();
    await database.updateTable('segments').set({ text: 'Corrected.' }).where('meetingId', '=', 'm1').execute();
    await make();
    expect(engine.calls).toBe(2);
    results.clear();
    await make();
    expect(engine.calls).toBe(3);
    const another = countingEngine('counting 2');
    await (await made(another, results)).make();
    expect(another.calls).toBe(1);
  });
});

describe('a run of minutes', () => {
  it('waits until memory bears it, with the bytes that it will take', async () => {
    const gate = Promise.withResolvers<void>();
    const asked: number[] = [];
    let left = 0;
    const admit = async (bytes: number) => {
      asked.push(bytes);
      await gate.promise;
      return () => void (left += 1);
    };
    const { database, service } = world({ options: { admit } });
    await addMeeting(database, { said: ['Ana: We decided to buy it.'] });
    await service.make(ownerActor, 'm1');
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0]).toBeGreaterThan(100);
    expect((await service.latest(ownerActor, 'm1')).state).toBe('running');
    gate.resolve();
    await service.idle();
    expect((await service.latest(ownerActor, 'm1')).state).toBe('done');
    expect(left).toBe(1);
  });

  it('can be cancelled while it waits', async () => {
    const admit = (_: number, signal: AbortSignal) =>
      new Promise<() => void>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    const { database, service } = world({ options: { admit } });
    await addMeeting(database);
    await service.make(ownerActor, 'm1');
    expect(await service.cancel(ownerActor, 'm1')).toMatchObject({ state: 'cancelled' });
    await service.idle();
  });
});
