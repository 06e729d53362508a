import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite, type Database } from '../adapters/database/index.ts';
import { killedChild } from './crash-child.ts';
import { addChunks, appendTestSegments, chosen, createTestBench, createTestEngine, saysWords } from './testing.ts';

const crash = () => new Promise<never>(() => {});

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hansard-crash-'));
  database = openSqlite(join(folder, 'test.sqlite'));
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

async function texts(): Promise<string[]> {
  const rows = await database.selectFrom('segments').select('text').orderBy('startMs').execute();
  return rows.map(({ text }) => text);
}

/** What must be there in the end, whatever happened on the way. */
async function expectWhole(ids: string[]): Promise<void> {
  expect(await texts()).toEqual(ids.map((id) => `words of ${id}`));
  const meeting = await database
    .selectFrom('meetings')
    .select(['openChunks', 'failedChunks', 'seq'])
    .executeTakeFirst();
  expect(meeting).toEqual({ openChunks: 0, failedChunks: 0, seq: ids.length });
}

describe('a process that stops for ever', () => {
  it.each<[string, Parameters<typeof createTestBench>[0], Parameters<typeof createTestEngine>[0]]>([
    ['while it reads the sound', { withChunkAudio: crash }, saysWords],
    ['at the gate', { gate: { name: 'stuck', hasSpeech: crash, close: async () => {} } }, saysWords],
    ['with the engine', {}, crash],
  ])('%s loses and doubles nothing', async (_, changes, hear) => {
    const ids = await addChunks(database, 'm', 3);
    const dead = await createTestBench({ database, ...changes });
    await dead.transcription.setEngine(chosen(createTestEngine(hear)));
    await dead.transcription.start();
    await expect.poll(dead.states).toEqual(['claimed', 'claimed', 'claimed']);

    const next = await createTestBench({ database });
    await next.transcription.setEngine(chosen(createTestEngine(saysWords)));
    await next.transcription.start();
    await next.pass(0);
    await expectWhole(ids);
  });

  it('after its claim lapsed elsewhere: its late answer is dropped', async () => {
    const ids = await addChunks(database, 'm', 1);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const slow = await createTestBench({ database });
    await slow.transcription.setEngine(chosen(createTestEngine((id) => late.then(() => saysWords(id)))));
    await slow.transcription.start();
    await expect.poll(slow.states).toEqual(['claimed']);

    const other = await createTestBench({ database });
    await other.transcription.setEngine(chosen(createTestEngine(saysWords)));
    await other.transcription.start({ soleProcess: false });
    await other.pass(170_000);
    expect(await other.states()).toEqual(['claimed']);
    await other.pass(60_000);
    await expectWhole(ids);

    resolve();
    await slow.transcription.settled();
    expect(slow.published).toEqual([]);
    await expectWhole(ids);
  });

  it.each([1, 2])(
    'in the middle of the transaction, after the writes of chunk %i, leaves nothing of it',
    async (lost) => {
      const ids = await addChunks(database, 'm', 2);
      const dead = await createTestBench({
        database,
        appendSegments: async (trx, input) => {
          const segments = await appendTestSegments(trx, input);
          // Also where it is tried apart from those that it shared the transaction with.
          if (input.chunkId === ids[lost - 1]) throw new Error('the disk is gone');
          return segments;
        },
      });
      await dead.transcription.setEngine(chosen(createTestEngine(saysWords, { start: 1, max: 1 })));
      await dead.transcription.start();
      await dead.pass(0);
      expect(dead.published).toHaveLength(1);
      expect(await texts()).toHaveLength(1);

      const next = await createTestBench({ database });
      await next.transcription.setEngine(chosen(createTestEngine(saysWords)));
      await next.transcription.start();
      await next.pass(0);
      await expectWhole(ids);
    },
  );

  it('by SIGKILL, again and again', async () => {
    const ids = await addChunks(database, 'm', 40);
    for (const afterMs of [40, 90]) await killedChild(join(folder, 'test.sqlite'), afterMs);
    const next = await createTestBench({ database });
    await next.transcription.setEngine(chosen(createTestEngine(saysWords)));
    await next.transcription.start();
    await next.pass(0);
    expect(new Set(await next.states())).toEqual(new Set(['done']));
    await expectWhole(ids);
  });
});

describe('drain', () => {
  it('ends what is under way and gives its claims back, at no cost', async () => {
    const ids = await addChunks(database, 'm', 5);
    const { transcription, states } = await createTestBench({ database });
    const engine = createTestEngine((_, signal) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      return promise;
    });
    await transcription.setEngine(chosen(engine));
    await transcription.start();
    await expect.poll(states).toEqual(['claimed', 'claimed', 'claimed', 'waiting', 'waiting']);
    await transcription.drain();
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
    transcription.look();
    await transcription.settled();
    expect(await states()).toEqual(ids.map(() => 'waiting'));
  });

  it('is what becomes of an engine that is replaced', async () => {
    const ids = await addChunks(database, 'm', 2);
    const { transcription, pass, states } = await createTestBench({ database });
    await transcription.setEngine(chosen(createTestEngine(crash)));
    await transcription.start();
    await expect.poll(states).toEqual(['claimed', 'claimed']);
    await transcription.setEngine(chosen(createTestEngine(saysWords)));
    await pass(0);
    expect(await states()).toEqual(['done', 'done']);
    await expectWhole(ids);
  });
});
