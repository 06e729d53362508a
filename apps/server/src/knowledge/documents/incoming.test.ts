import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '@hansard/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileObjects } from '../../adapters/objects/index.ts';
import { ownerActor } from '../../identity/index.ts';
import { addMeeting, startDocuments, tempDir } from './testing.ts';

const text = '# Budget\n\nThe budget is 4 000 francs.\n\nAna pays.';

describe('what is taken in', () => {
  it('is a file of another content, not of another name', async () => {
    const { database, add, settled } = await startDocuments();
    await addMeeting(database);
    await addMeeting(database, 'm2');
    const { id } = await add('m1', text, 'plan.txt');
    await settled('m1', id);
    await expect(add('m1', text, 'copy.txt')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('plan.txt'),
    });
    await add('m1', text.replace('Ana', 'Bob'), 'plan.txt');
    await add('m2', text, 'plan.txt');
  });

  it('is taken once where the same comes twice at the same time', async () => {
    const { database, add, files } = await startDocuments();
    await addMeeting(database);
    const results = await Promise.allSettled([add('m1', text), add('m1', text), add('m1', text)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect.poll(files).toHaveLength(1);
  });

  it('may be sent again where it failed', async () => {
    const { database, add, settled } = await startDocuments();
    await addMeeting(database);
    await settled('m1', (await add('m1', 'broken')).id);
    expect((await settled('m1', (await add('m1', 'broken')).id)).state).toBe('failed');
  });

  it('is bounded in number', async () => {
    const { database, add } = await startDocuments();
    await addMeeting(database);
    const row = { meetingId: 'm1', name: 'a.txt', bytes: 9, state: 'ready', passages: 0, progressDone: 0 } as const;
    const rows = Array.from({ length: limits.maxDocumentsPerMeeting - 1 }, (_, at) => ({ ...row, id: `d${at}` }));
    await database
      .insertInto('documents')
      .values(rows.map((each) => ({ ...each, createdAt: 1 })))
      .execute();
    await add('m1', 'the last');
    await expect(add('m1', 'one more')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each<[string, string, string]>([
    ['TOO_LARGE', 'm1', 'x'.repeat(10_001)],
    ['UNREADABLE', 'm1', ''],
    ['NOT_FOUND', 'm2', text],
  ])('is refused with %s, and nothing is left', async (code, meetingId, content) => {
    const { database, add, files, documents } = await startDocuments();
    await addMeeting(database);
    await expect(add(meetingId, content)).rejects.toMatchObject({ code });
    expect(await files()).toEqual([]);
    expect(await documents.list(ownerActor, 'm1')).toEqual([]);
  });

  it('leaves nothing where its sender goes away', async () => {
    const { database, documents, files } = await startDocuments();
    await addMeeting(database);
    async function* cutOff() {
      yield Buffer.from('half of');
      throw new Error('gone');
    }
    await expect(documents.add(ownerActor, 'm1', { name: 'x', content: cutOff() })).rejects.toThrow('gone');
    expect(await files()).toEqual([]);
  });

  it.each(['received', 'stored'])(
    'is refused where the disk is full when it is %s, and taken when there is room',
    async (step) => {
      const dir = tempDir();
      const full = join(dir, 'full');
      mkdirSync(full);
      // Fails where mounting is not permitted: this must not be skipped.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full]);
      onTestFinished(() => void execFileSync('umount', [full]));
      const { database, add, documents, settled } = await startDocuments({
        dir,
        ...(step === 'received'
          ? { incomingDir: join(full, 'incoming') }
          : { objects: createFileObjects(join(full, 'objects')) }),
        maxBytes: 4 << 20,
      });
      const files = async () =>
        (await readdir(full, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      await addMeeting(database);
      const big = 'x'.repeat(2 << 20);
      await expect(add('m1', big)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      expect(await files()).toEqual([]);
      expect(await documents.list(ownerActor, 'm1')).toEqual([]);
      expect((await settled('m1', (await add('m1', text)).id)).state).toBe('ready');
    },
  );
});
