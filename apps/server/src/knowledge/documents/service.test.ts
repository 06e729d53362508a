import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../adapters/models/transcribe/index.ts';
import { AppError } from '../../errors.ts';
import { ownerActor } from '../../identity/index.ts';
import type { ParseDocument } from '../contract.ts';
import { documentLimits } from './limits.ts';
import { addMeeting, parseParagraphs, piecesOf, startDocuments, testDims, testModel } from './testing.ts';

const text = '# Budget\n\nThe budget is 4 000 francs.\n\nAna pays.';

/** A parser that waits until it is told to go on, or is stopped. */
function heldParser() {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const running: string[] = [];
  const parse: ParseDocument = async (file, options) => {
    running.push(file);
    const { signal } = options;
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
    options.onProgress({ done: 3, total: 9 });
    await Promise.race([promise, aborted]);
    return parseParagraphs(file, options);
  };
  return { parse, release, running };
}

describe('a document', () => {
  it('comes into the room with its passages and their vectors, and viewers are told on the way', async () => {
    const { model, calls } = testModel();
    const { database, documents, add, settled, held, events } = await startDocuments({ model });
    await addMeeting(database);
    const { id, state } = await add('m1', text, 'plan.txt');
    expect(state).toBe('waiting');
    expect(await settled('m1', id)).toMatchObject({
      name: 'plan.txt',
      kind: 'text',
      bytes: text.length,
      state: 'ready',
      pages: 2,
      passages: 2,
      leftOut: null,
      error: null,
    });
    expect(held.get('m1')!.get(id)).toEqual([
      {
        page: 1,
        heading: 'Budget',
        start: 10,
        end: 37,
        text: 'The budget is 4 000 francs.',
        vector: Float32Array.of(34, 66, 1, 12),
      },
      expect.objectContaining({ page: 2, text: 'Ana pays.' }),
    ]);
    expect(calls).toEqual([['Budget\nThe budget is 4 000 francs.', 'Budget\nAna pays.']]);
    const told = events.flatMap((event) => (event.type === 'document' ? [event.document.state] : []));
    expect([...new Set(told)]).toEqual(['waiting', 'parsing', 'embedding', 'ready']);
    const { rows: found } = await sql`SELECT rowid FROM passageText WHERE passageText MATCH 'francs'`.execute(database);
    expect(found).toHaveLength(1);
    expect(await documents.list(ownerActor, 'm1')).toHaveLength(1);
  });

  it('goes without vectors where no model is configured, and viewers hear nothing of vectors', async () => {
    const { database, add, settled, held, events } = await startDocuments();
    await addMeeting(database);
    const { id } = await add('m1', text);
    expect(await settled('m1', id)).toMatchObject({ state: 'ready', leftOut: null });
    expect(
      held
        .get('m1')!
        .get(id)!
        .map(({ vector }) => vector),
    ).toEqual([null, null]);
    const states = events.flatMap((event) => (event.type === 'document' ? [event.document.state] : []));
    expect(states).not.toContain('embedding');
  });

  it('that can’t be read fails with the reason, and nothing of it stays on disk', async () => {
    const { database, add, settled, files, held } = await startDocuments();
    await addMeeting(database);
    const { id } = await add('m1', 'broken');
    const failed = await settled('m1', id);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'UNREADABLE', message: 'This file is broken.' } });
    await expect.poll(files).toEqual([]);
    expect(held.size).toBe(0);
  });

  it('without text says so', async () => {
    const parse: ParseDocument = () =>
      Promise.resolve({ kind: 'pdf', pages: 3, passages: [], found: 0, pagesLeftOut: 0 });
    const { database, add, settled } = await startDocuments({ parse });
    await addMeeting(database);
    const { error } = await settled('m1', (await add('m1', text)).id);
    expect(error).toMatchObject({ code: 'UNREADABLE', message: expect.stringContaining('no text') });
  });

  it('whose reading breaks in a way that nobody foresaw fails without its detail', async () => {
    const parse: ParseDocument = () => Promise.reject(new Error('secret detail'));
    const { database, add, settled } = await startDocuments({ parse });
    await addMeeting(database);
    const { error } = await settled('m1', (await add('m1', text)).id);
    expect(error).toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') });
  });

  it('waits for its turn: as many are parsed at once as was set, the oldest first', async () => {
    const { parse, release, running } = heldParser();
    const { database, add, settled, shown } = await startDocuments({ parse });
    await addMeeting(database);
    const first = await add('m1', 'one');
    await expect.poll(() => running.length).toBe(1);
    const second = await add('m1', 'two');
    await expect.poll(async () => (await shown('m1', first.id)).progress).toEqual({ done: 3, total: 9 });
    expect((await shown('m1', second.id)).state).toBe('waiting');
    expect(running).toHaveLength(1);
    release();
    expect((await settled('m1', second.id)).state).toBe('ready');
    expect(running).toHaveLength(2);
  });

  it('waits for memory', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let held = 0;
    const admitParser = async () => {
      await promise;
      held += 1;
      return () => void (held -= 1);
    };
    const { database, add, settled, shown } = await startDocuments({ admitParser });
    await addMeeting(database);
    const { id } = await add('m1', text);
    expect((await shown('m1', id)).state).toBe('waiting');
    resolve();
    await settled('m1', id);
    await expect.poll(() => held).toBe(0);
  });

  it('waits for a room that memory has no place for', async () => {
    const { database, add, settled, roomsState } = await startDocuments();
    await addMeeting(database);
    roomsState.refusals.push(new AppError('ROOMS_FULL', 'full', { retryAfterMs: 5 }));
    expect((await settled('m1', (await add('m1', text)).id)).state).toBe('ready');
  });
});

describe('a meeting’s passages', () => {
  const paragraphs = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, at) => `${prefix}${at}`).join('\n\n');

  it('are bounded: what does not fit is left out all over the document, and said', async () => {
    const { database, add, settled, held } = await startDocuments();
    await addMeeting(database);
    const most = documentLimits.maxPassagesPerMeeting;
    const first = await add('m1', paragraphs(most - 100, 'a'));
    expect(await settled('m1', first.id)).toMatchObject({ passages: most - 100, leftOut: null });
    const second = await add('m1', paragraphs(400, 'b'));
    const { passages, leftOut } = await settled('m1', second.id);
    expect(passages).toBe(100);
    expect(leftOut).toMatchObject({
      passages: 300,
      pages: 0,
      message: expect.stringMatching(/100 of its 400 passages/),
    });
    const taken = held
      .get('m1')!
      .get(second.id)!
      .map((passage) => Number(passage.text.slice(1)));
    expect(taken[0]).toBeLessThan(4);
    expect(taken.at(-1)).toBeGreaterThan(395);
    const gaps = taken.slice(1).map((number, at) => number - taken[at]!);
    expect(Math.max(...gaps)).toBe(4);
    const third = await add('m1', paragraphs(5, 'c'));
    expect((await settled('m1', third.id)).error).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('and pages that the parser left out are told too', async () => {
    const parse: ParseDocument = async (file, options) => ({
      ...(await parseParagraphs(file, options)),
      found: 700,
      pagesLeftOut: 1200,
    });
    const { database, add, settled } = await startDocuments({ parse });
    await addMeeting(database);
    const { leftOut } = await settled('m1', (await add('m1', text)).id);
    expect(leftOut).toEqual({
      passages: 698,
      pages: 1200,
      message:
        'The last 1,200 pages were not read. Answers are made from 2 of its 700 passages, spread over the whole document.',
    });
  });
});

describe('a model that is out of reach', () => {
  it('leaves text search, says so, and is asked again in the background', async () => {
    const { model, state } = testModel();
    state.fault = new EngineError('rejected', 'no such model');
    const first = await startDocuments({ model });
    await addMeeting(first.database);
    const { id } = await first.add('m1', text);
    const { state: reached, leftOut } = await first.settled('m1', id);
    expect(reached).toBe('ready');
    expect(leftOut).toMatchObject({ passages: 0, message: expect.stringMatching(/by its words alone/) });
    expect(
      first.held
        .get('m1')!
        .get(id)!
        .every(({ vector }) => vector === null),
    ).toBe(true);
    await first.close();

    state.fault = null;
    const second = await startDocuments({ model, dir: first.dir });
    await second.recover();
    await expect.poll(async () => (await second.shown('m1', id)).leftOut).toBeNull();
    expect(
      second.held
        .get('m1')!
        .get(id)!
        .every(({ vector }) => vector?.length === testDims),
    ).toBe(true);
    expect(second.events).toContainEqual({ type: 'document', document: await second.shown('m1', id) });
  });

  it('and comes to be another: rooms of the old one are embedded again', async () => {
    const old = testModel('test/old/4');
    const first = await startDocuments({ model: old.model });
    await addMeeting(first.database);
    const { id } = await first.add('m1', text);
    await first.settled('m1', id);
    const room = { meetingId: 'm1', savedBytes: 1, passages: 2, model: 'test/old/4', transcriptSeq: 0 };
    await first.database.insertInto('rooms').values(room).execute();
    await first.close();

    const { model } = testModel('test/newer/4');
    const second = await startDocuments({ model, dir: first.dir });
    await second.recover();
    await expect.poll(() => second.held.get('m1')?.get(id)?.[0]?.vector?.[3]).toBe('test/newer/4'.length);
  });
});

describe('cancelling', () => {
  it('ends the parsing and leaves the row alone', async () => {
    const { parse, running } = heldParser();
    const { database, add, documents, files, events } = await startDocuments({ parse });
    await addMeeting(database);
    const { id } = await add('m1', text);
    await expect.poll(() => running.length).toBe(1);
    const cancelled = await documents.cancel(ownerActor, { meetingId: 'm1', id });
    expect(cancelled).toMatchObject({ state: 'cancelled', passages: 0, error: null });
    expect(await files()).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'document', document: cancelled });
  });

  it('ends one that waits, and the embedding', async () => {
    const { model, calls, state } = testModel();
    state.hold = new Promise(() => {});
    const { database, add, documents, shown, files, held } = await startDocuments({ model });
    await addMeeting(database);
    const { id } = await add('m1', text);
    await expect.poll(() => calls.length).toBe(1);
    expect((await shown('m1', id)).passages).toBe(2);
    expect((await documents.cancel(ownerActor, { meetingId: 'm1', id })).state).toBe('cancelled');
    expect(await files()).toEqual([]);
    expect(held.get('m1')?.size ?? 0).toBe(0);
    expect(await database.selectFrom('passages').selectAll().execute()).toEqual([]);
  });

  it('gives one that is ready as it is', async () => {
    const { database, add, settled, documents, files } = await startDocuments();
    await addMeeting(database);
    const { id } = await add('m1', text);
    await settled('m1', id);
    expect((await documents.cancel(ownerActor, { meetingId: 'm1', id })).state).toBe('ready');
    expect(await files()).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('removes file, passages, row and what the room has', async () => {
    const { database, add, settled, documents, files, held, events } = await startDocuments();
    await addMeeting(database);
    const { id } = await add('m1', text);
    await settled('m1', id);
    const owner = { meetingId: 'm1', id };
    expect(await documents.delete(ownerActor, owner)).toEqual({
      deleted: { documents: 1, passages: 2, bytes: text.length },
    });
    expect(await files()).toEqual([]);
    expect(held.get('m1')!.size).toBe(0);
    expect(await database.selectFrom('passages').selectAll().execute()).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'document:deleted', meetingId: 'm1', documentId: id });
    await expect(documents.delete(ownerActor, owner)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('ends one that is being read', async () => {
    const { parse, running } = heldParser();
    const { database, add, documents, files } = await startDocuments({ parse });
    await addMeeting(database);
    const { id } = await add('m1', text);
    await expect.poll(() => running.length).toBe(1);
    await documents.delete(ownerActor, { meetingId: 'm1', id });
    expect(await documents.list(ownerActor, 'm1')).toEqual([]);
    expect(await files()).toEqual([]);
  });

  it('of a meeting takes its documents along, also one that is being read and one that comes in meanwhile', async () => {
    const { parse, running, release } = heldParser();
    const { database, bus, add, documents, files, roomsState } = await startDocuments({ parse });
    await addMeeting(database);
    await addMeeting(database, 'm2');
    await add('m1', 'one');
    await add('m1', 'two');
    await expect.poll(() => running.length).toBe(1);
    await documents.onMeetingDeleted('m1');
    expect(await files()).toEqual([]);
    await add('m1', 'three');
    await database.deleteFrom('meetings').where('id', '=', 'm1').execute();
    bus.publish('m1', { type: 'meeting:deleted', meetingId: 'm1' });
    await expect.poll(files).toEqual([]);
    expect(roomsState.dropped).toContain('m1');
    release();
    const { id } = await add('m2', 'four');
    await expect.poll(async () => (await documents.list(ownerActor, 'm2'))[0]).toMatchObject({ id, state: 'ready' });
  });
});

describe('after a crash', () => {
  it('documents are taken up where they were', async () => {
    const { model, state, calls } = testModel();
    state.hold = new Promise(() => {});
    const first = await startDocuments({ model });
    await addMeeting(first.database);
    const embedded = await first.add('m1', text);
    await expect.poll(() => calls.length).toBe(1);
    const held = heldParser();
    await first.close();
    const second = await startDocuments({ model: null, dir: first.dir, parse: held.parse });
    const parsed = await second.add('m1', 'another');
    await expect.poll(() => held.running.length).toBe(1);
    await second.close();
    expect(await second.files()).toHaveLength(2);

    const parses: string[] = [];
    const parse: ParseDocument = (file, options) => {
      parses.push(file);
      return parseParagraphs(file, options);
    };
    const third = await startDocuments({ model: testModel().model, dir: first.dir, parse });
    await third.recover();
    for (const { id } of [embedded, parsed]) expect((await third.settled('m1', id)).state).toBe('ready');
    // What had been parsed is not parsed again.
    expect(parses).toEqual([expect.stringContaining(parsed.id)]);
    expect(third.held.get('m1')!.get(embedded.id)).toHaveLength(2);
    expect(third.held.get('m1')!.get(parsed.id)).toHaveLength(1);
  });

  it('what was received and never accepted is removed, and what was accepted is kept', async () => {
    const first = await startDocuments();
    await addMeeting(first.database);
    const { id } = await first.add('m1', text);
    await first.settled('m1', id);
    await first.close();
    // As a crash between the two steps leaves it: stored, and without a row.
    mkdirSync(join(first.dir, 'incoming'), { recursive: true });
    for (const each of ['orphan', id]) writeFileSync(join(first.dir, 'incoming', `m1.${each}`), 'received');
    writeFileSync(join(first.dir, 'objects', 'store', 'documents', 'm1', 'orphan~'), 'stored');

    const second = await startDocuments({ dir: first.dir });
    await second.recover();
    expect(await second.files()).toEqual([`${id}~`]);
  });
});

it('gives an original by ranges, and none of one that was not kept', async () => {
  const { database, add, settled, documents } = await startDocuments();
  await addMeeting(database);
  const { id } = await add('m1', text);
  await settled('m1', id);
  const file = await documents.original(ownerActor, { meetingId: 'm1', id });
  expect(file).toMatchObject({ name: 'notes.txt', size: text.length, isInline: false });
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(2, 8)) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe('Budget');
  const failed = await add('m1', 'broken');
  await settled('m1', failed.id);
  await expect
    .poll(() => documents.original(ownerActor, { meetingId: 'm1', id: failed.id }).catch((e: AppError) => e.code))
    .toBe('NOT_FOUND');
});

it('asks for rights', async () => {
  const { database, documents } = await startDocuments();
  await addMeeting(database);
  const reader = { ...ownerActor, rights: new Set(['read'] as const) };
  const upload = { name: 'x', content: piecesOf(text) };
  await expect(documents.add(reader, 'm1', upload)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const stranger = { ...ownerActor, workspaceId: 'other' };
  await expect(documents.list(stranger, 'm1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
