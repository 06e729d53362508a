import { describe, expect, it } from 'vitest';
import { EngineError } from '../adapters/models/generate/index.ts';
import { startFakeProvider } from '../adapters/models/generate/fake-provider.ts';
import { ownerActor, type Actor } from '../identity/index.ts';
import { emptyDraft } from './draft.ts';
import type { MinutesEngine } from './engine.ts';
import { createMinutesEngines } from './engines.ts';
import { addMeeting, enginesWith, world } from './testing.ts';

const stranger: Actor = { ...ownerActor, workspaceId: 'another' };
const reader: Actor = { ...ownerActor, rights: new Set(['read']) };

/** Waits for its signal; the first call says that it has begun. */
function patientEngine(): MinutesEngine & { begun: Promise<void>; finish: () => void; calls: () => number } {
  const begun = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let calls = 0;
  return {
    name: 'patient',
    label: 'patient 1',
    begun: begun.promise,
    finish: finished.resolve,
    calls: () => calls,
    write: async (_, { signal }) => {
      calls += 1;
      begun.resolve();
      const aborted = new Promise<never>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
      await Promise.race([finished.promise, aborted]);
      return emptyDraft();
    },
  };
}

describe('minutes', () => {
  it('begin at once and are there when they are done', async () => {
    const { database, service, published } = world();
    await addMeeting(database);
    const begun = await service.make(ownerActor, 'm1');
    expect(begun).toMatchObject({ state: 'running', progress: 0, template: 'meeting', engine: 'local', summary: [] });
    await service.idle();
    const done = await service.latest(ownerActor, 'm1');
    expect(done).toMatchObject({
      id: begun.id,
      state: 'done',
      progress: 1,
      transcriptSeq: 1,
      error: null,
      fallbackReason: null,
    });
    expect(done.decisions).toEqual([
      { text: 'We decided to buy the new printer.', segmentIds: ['m1-1'], stale: false },
    ]);
    expect(published.map(({ state }) => state)).toEqual(['running', 'done']);
    expect(published.at(-1)).toEqual(done);
  });

  it('are made once where they are asked for twice', async () => {
    const engine = patientEngine();
    const { database, service } = world({ engines: enginesWith(engine) });
    await addMeeting(database);
    const [first, second] = await Promise.all([service.make(ownerActor, 'm1'), service.make(ownerActor, 'm1')]);
    expect(second.id).toBe(first.id);
    engine.finish();
    await service.idle();
    expect(engine.calls()).toBe(1);
  });

  it('go stale item by item, as lines that they cite are changed or deleted', async () => {
    const { database, service } = world();
    await addMeeting(database, {
      said: [
        'Ana: We decided to buy the new printer.',
        'Ben: We agreed that the old table stays.',
        'Ana: We have settled on the blue carpet.',
      ],
    });
    await service.make(ownerActor, 'm1');
    await service.idle();
    await database.updateTable('segments').set({ text: 'changed', seq: 4 }).where('id', '=', 'm1-1').execute();
    await database.updateTable('segments').set({ text: '', deleted: 1, seq: 5 }).where('id', '=', 'm1-2').execute();
    const { decisions } = await service.latest(ownerActor, 'm1');
    expect(decisions.map(({ segmentIds, stale }) => [segmentIds[0], stale])).toEqual([
      ['m1-1', true],
      ['m1-2', true],
      ['m1-3', false],
    ]);
  });

  it('are made without a model where the model fails, and say so in plain words', async () => {
    const failing: MinutesEngine = {
      name: 'groq',
      label: 'groq some-model',
      write: () => Promise.reject(new EngineError('quota', '429: quota')),
    };
    const { database, service } = world({ engines: enginesWith(failing) });
    await addMeeting(database);
    await service.make(ownerActor, 'm1');
    await service.idle();
    const minutes = await service.latest(ownerActor, 'm1');
    expect(minutes).toMatchObject({ state: 'done', engine: 'local' });
    expect(minutes.fallbackReason).toBe(
      'Groq has no quota left for this key, so these minutes were made on this server, without a language model.',
    );
    expect(minutes.decisions).toHaveLength(1);
  });

  it('come from a provider over HTTP, and from this server while that asks for patience', async () => {
    let limited = false;
    const summary = [{ text: 'They bought a printer.', lines: [1] }];
    const answer = { summary, actionItems: [], decisions: [], openQuestions: [], topics: [] };
    const provider = await startFakeProvider('groq', () =>
      limited ? { kind: 'status', status: 429, retryAfter: '600' } : { kind: 'json', value: answer },
    );
    try {
      const engines = createMinutesEngines({
        engine: 'auto',
        groqApiKey: 'k',
        groqBaseUrl: provider.url,
        requestTimeoutMs: 10_000,
      });
      const { database, service } = world({ engines });
      await addMeeting(database);
      await service.make(ownerActor, 'm1');
      await service.idle();
      expect(await service.latest(ownerActor, 'm1')).toMatchObject({
        engine: 'groq openai/gpt-oss-120b',
        fallbackReason: null,
        summary: [{ text: 'They bought a printer.', segmentIds: ['m1-1'], stale: false }],
      });
      limited = true;
      for (let time = 0; time < 2; time += 1) {
        await service.make(ownerActor, 'm1');
        await service.idle();
        expect((await service.latest(ownerActor, 'm1')).fallbackReason).toMatch(/^Groq takes no more requests/);
      }
      expect(provider.calls).toHaveLength(2);
      const [groq] = service.engineStatuses();
      expect(groq).toMatchObject({ name: 'groq', active: true, state: 'paused' });
    } finally {
      await provider.close();
    }
  });

  it('can be cancelled, which leaves the ones before in place', async () => {
    const engine = patientEngine();
    const { database, service } = world({ engines: enginesWith(engine) });
    await addMeeting(database);
    await service.make(ownerActor, 'm1', { engine: 'local' });
    await service.idle();
    const before = await service.latest(ownerActor, 'm1');
    await service.make(ownerActor, 'm1');
    await engine.begun;
    expect(await service.cancel(ownerActor, 'm1')).toMatchObject({ state: 'cancelled' });
    await service.idle();
    expect(await service.latest(ownerActor, 'm1')).toEqual(before);
    await expect(service.cancel(ownerActor, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('survive a stop of the server once, then they have failed', async () => {
    const engine = patientEngine();
    const first = world({ engines: enginesWith(engine) });
    await addMeeting(first.database);
    const begun = await first.service.make(ownerActor, 'm1');
    await engine.begun;
    await first.service.stop();
    const second = first.restarted();
    await second.service.recover();
    expect(await second.service.latest(ownerActor, 'm1')).toMatchObject({ id: begun.id, state: 'running' });
    await second.service.stop();
    const third = second.restarted();
    await third.service.recover();
    await third.service.idle();
    const failed = await third.service.latest(ownerActor, 'm1');
    expect(failed).toMatchObject({ id: begun.id, state: 'failed' });
    expect(failed.error).toMatch(/server was stopped/);
  });

  it('are finished after a restart, with nothing left of the interruption', async () => {
    const engine = patientEngine();
    const first = world({ engines: enginesWith(engine) });
    await addMeeting(first.database);
    const begun = await first.service.make(ownerActor, 'm1');
    await engine.begun;
    await first.service.stop();
    const second = first.restarted();
    engine.finish();
    await second.service.recover();
    await second.service.idle();
    expect(await second.service.latest(ownerActor, 'm1')).toMatchObject({ id: begun.id, state: 'done', error: null });
  });

  it('are made when a meeting has ended, once for each state of its text', async () => {
    const { database, service, published } = world();
    await addMeeting(database, { kind: 'stand-up' });
    const made = () =>
      published.filter(({ state }) => state === 'done').map(({ meetingId, template }) => [meetingId, template]);
    await service.onMeetingProcessed('m1');
    await service.idle();
    await service.onMeetingProcessed('m1');
    await service.idle();
    expect(made()).toEqual([['m1', 'stand-up']]);
    await database.updateTable('meetings').set({ seq: 2 }).where('id', '=', 'm1').execute();
    await service.onMeetingProcessed('m1');
    await service.idle();
    expect(made()).toHaveLength(2);
  });

  it.each([
    ['is live', { ended: false }],
    ['has no text', { said: [] }],
  ])('are not made by themselves of a meeting that %s', async (_, meeting) => {
    const { database, service, published } = world();
    await addMeeting(database, meeting);
    await service.onMeetingProcessed('m1');
    await service.onMeetingProcessed('none');
    await service.idle();
    expect(published).toEqual([]);
  });

  it('fail with a reason where there is nothing to make them of', async () => {
    const { database, service } = world();
    await addMeeting(database, { said: [] });
    await service.make(ownerActor, 'm1');
    await service.idle();
    expect(await service.latest(ownerActor, 'm1')).toMatchObject({
      state: 'failed',
      error: 'There is no text in the transcript yet.',
    });
  });

  it('vanish with their meeting, even while they are made', async () => {
    const engine = patientEngine();
    const { database, service, published } = world({ engines: enginesWith(engine) });
    await addMeeting(database);
    await service.make(ownerActor, 'm1');
    await engine.begun;
    await database.deleteFrom('meetings').where('id', '=', 'm1').execute();
    engine.finish();
    await service.idle();
    expect(published.map(({ state }) => state)).toEqual(['running']);
  });

  it('run two at a time; the others wait', async () => {
    const engine = patientEngine();
    const { database, service } = world({ engines: enginesWith(engine) });
    for (const id of ['m1', 'm2', 'm3']) {
      await addMeeting(database, { id });
      await service.make(ownerActor, id);
    }
    await engine.begun;
    await expect.poll(() => engine.calls()).toBe(2);
    expect(await service.latest(ownerActor, 'm3')).toMatchObject({ state: 'running', progress: 0 });
    engine.finish();
    await service.idle();
    expect(engine.calls()).toBe(3);
  });

  it('keep a bounded number of older ones', async () => {
    const { database, service } = world();
    await addMeeting(database);
    for (let time = 0; time < 12; time += 1) {
      await service.make(ownerActor, 'm1');
      await service.idle();
    }
    expect(await database.selectFrom('minutes').select('id').execute()).toHaveLength(10);
  });

  it('are for those who may see the meeting', async () => {
    const { database, service } = world();
    await addMeeting(database);
    await expect(service.latest(ownerActor, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.make(stranger, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.latest(stranger, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.cancel(stranger, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.make(reader, 'm1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.make(ownerActor, 'm1', { template: 'nonsense' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(service.make(ownerActor, 'm1', { engine: 'groq' })).rejects.toMatchObject({ code: 'NO_ENGINE' });
  });
});
