import { describe, expect, it } from 'vitest';
import { EngineError } from '../adapters/models/transcribe/index.ts';
import { ownerActor } from '../identity/index.ts';
import { addChunks, chosen, createTestBench, createTestEngine, saysWords } from './testing.ts';

const hour = 3_600_000;

describe('transcription', () => {
  it('writes each chunk once, in the meeting’s time, under the track’s participant', async () => {
    const { database, transcription, published, pass, states, counters } = await createTestBench();
    await addChunks(database, 'm', 5);
    await transcription.setEngine(chosen(createTestEngine(saysWords)));
    await transcription.start();
    await pass(0);
    expect(await states()).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(await counters('m')).toEqual({ openChunks: 0, failedChunks: 0 });
    expect(published.find(({ text }) => text === 'words of m-000002')).toMatchObject({
      speaker: 'Ada',
      startMs: 20_500,
      endMs: 29_000,
      final: true,
    });
    expect(new Set(published.map(({ text }) => text)).size).toBe(5);
    expect(published).toHaveLength(5);
  });

  it('lets chunks wait without an engine, and goes on when one appears', async () => {
    const { database, transcription, pass, states } = await createTestBench();
    await addChunks(database, 'm', 2);
    await transcription.start();
    await pass(hour);
    expect(await states()).toEqual(['waiting', 'waiting']);
    await transcription.setEngine(chosen(createTestEngine(saysWords)));
    await pass(0);
    expect(await states()).toEqual(['done', 'done']);
  });

  it('serves meetings in turn, whatever the backlog of one', async () => {
    const served: string[] = [];
    const { database, transcription, pass } = await createTestBench();
    await addChunks(database, 'backlog', 30);
    await addChunks(database, 'live', 3);
    await addChunks(database, 'other', 3);
    const engine = createTestEngine((id) => (served.push(id.split('-')[0]!), saysWords(id)), { start: 1, max: 1 });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(0);
    expect(served.slice(0, 9)).toEqual(Array.from({ length: 3 }, () => ['backlog', 'live', 'other']).flat());
    expect(served).toHaveLength(36);
  });

  it('never has more chunks with an engine than it may', async () => {
    let now = 0;
    let most = 0;
    const { database, transcription, pass, states } = await createTestBench();
    await addChunks(database, 'm', 20);
    const engine = createTestEngine(async (id) => {
      most = Math.max(most, (now += 1));
      await new Promise(setImmediate);
      now -= 1;
      return saysWords(id);
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(0);
    expect(most).toBe(3);
    expect(new Set(await states())).toEqual(new Set(['done']));
  });

  it('retries after 1, 4 and 16 s, then fails the chunk while others go on; "Retry" begins anew', async () => {
    const triedAt: number[] = [];
    let broken = true;
    const { database, clock, transcription, pass, states, counters } = await createTestBench();
    const [bad] = await addChunks(database, 'm', 2);
    const began = clock.now();
    const engine = createTestEngine((id) => {
      if (id !== bad || !broken) return saysWords(id);
      triedAt.push((clock.now() - began) / 1000);
      throw new EngineError('failed', 'nonsense');
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(60_000);
    expect(triedAt).toEqual([0, 1, 5, 21]);
    expect(await states()).toEqual(['failed/4', 'done']);
    expect(await counters('m')).toEqual({ openChunks: 0, failedChunks: 1 });

    broken = false;
    await expect(transcription.retry(ownerActor, 'elsewhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(transcription.retry(ownerActor, 'm', 'm-000001')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await transcription.retry(ownerActor, 'm', bad)).toBe(1);
    await pass(0);
    expect(await states()).toEqual(['done', 'done']);
    expect(await counters('m')).toEqual({ openChunks: 0, failedChunks: 0 });
    expect(await transcription.retry(ownerActor, 'm')).toBe(0);
  });

  it('fails a rejected chunk at once, and writes nothing for a silent one', async () => {
    const { database, transcription, pass, states, published } = await createTestBench({
      gate: {
        name: 'test',
        hasSpeech: async (ogg) => !Buffer.from(ogg).toString().endsWith('1'),
        close: async () => {},
      },
    });
    await addChunks(database, 'm', 2);
    const engine = createTestEngine(() => Promise.reject(new EngineError('rejected', 'no sound')));
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(0);
    expect(await states()).toEqual(['failed/1', 'silent']);
    expect(published).toEqual([]);
  });

  it.each(['unavailable', 'rate-limited', 'quota'] as const)(
    'loses no chunk and no attempt to an hour of "%s"',
    async (kind) => {
      let calls = 0;
      const { database, clock, transcription, pass, states } = await createTestBench();
      await addChunks(database, 'm', 4);
      await addChunks(database, 'n', 1);
      const back = clock.now() + hour;
      const engine = createTestEngine((id) => {
        calls += 1;
        if (clock.now() < back) throw new EngineError(kind, 'down');
        return saysWords(id);
      });
      await transcription.setEngine(chosen(engine));
      await transcription.start();
      await pass(hour / 2);
      expect(transcription.engines()[0]).toMatchObject({ state: 'paused', detail: expect.stringContaining('down') });
      expect(new Set(await states())).toEqual(new Set(['waiting']));
      await pass(hour / 2 + 120_000);
      expect(await states()).toEqual(['done', 'done', 'done', 'done', 'done']);
      expect(transcription.engines()[0]).toMatchObject({ state: 'ready', resumesAt: null });
      expect(calls).toBeLessThan(90);
    },
  );

  it('rests for as long as the engine asks, then probes with one call', async () => {
    const calledAt: number[] = [];
    const { database, clock, transcription, pass } = await createTestBench();
    await addChunks(database, 'm', 8);
    const began = clock.now();
    const engine = createTestEngine((id) => {
      calledAt.push(Math.floor((clock.now() - began) / 1000));
      if (calledAt.length <= 4) throw new EngineError('rate-limited', 'slow down', { retryAfterMs: 30_000 });
      return saysWords(id);
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await pass(29_000);
    expect(calledAt).toEqual([0, 0, 0]);
    await pass(2000);
    expect(calledAt).toEqual([0, 0, 0, 30]);
    await pass(60_000);
    expect(calledAt).toHaveLength(12);
    expect(calledAt[4]).toBe(60);
  });

  it('charges a chunk that an engine falls over while others pass', async () => {
    const { database, transcription, pass } = await createTestBench();
    const [poison] = await addChunks(database, 'm', 12);
    const engine = createTestEngine((id) => {
      if (id === poison) throw new EngineError('unavailable', '500');
      return saysWords(id);
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    for (let round = 0; round < 6; round += 1) {
      await pass(30_000);
      await addChunks(database, `later-${round}`, 2);
      transcription.look();
    }
    await pass(30_000);
    expect(await database.selectFrom('chunks').select('id').where('state', '=', 'failed').execute()).toEqual([
      { id: poison },
    ]);
    expect(await database.selectFrom('chunks').select('id').where('state', '=', 'waiting').execute()).toEqual([]);
  });
});
