import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApi, type Api } from '@hansard/client';
import { limits } from '@hansard/protocol';
import { createRoomIndexes } from '@hansard/server/room-index';
import type { ServerProcess } from '../load/server-process.ts';
import { DOCUMENTS } from './document-questions.ts';
import { depth, type FoundPassage } from './judge.ts';
import type { JudgedMeeting } from './qmsum.ts';

/** Of a document, to be read. */
const readTimeoutMs = 300_000;
/** A turn of the transcript is a second long, so that times tell turns. */
export const turnMs = 1000;

export const apiOf = (server: ServerProcess): Api => createApi(server.url, { checkAnswers: true });

/** Posts a transcript as captions, turn by turn. Gives the meeting's ID. */
export async function addTranscript(api: Api, { name, turns }: JudgedMeeting): Promise<string> {
  const { id } = await api.createMeeting({ title: name });
  const captions = turns.flatMap(({ speaker, text }, turn) => {
    const startMs = turn * turnMs;
    const line = { externalId: `turn-${turn}`, startMs, endMs: startMs + turnMs - 1, text, final: true };
    return text === '' ? [] : [{ ...line, speaker: speaker.slice(0, limits.maxNameLength) }];
  });
  for (let at = 0; at < captions.length; at += limits.maxSegmentsPerPost) {
    await api.postCaptions(id, { source: 'qmsum', segments: captions.slice(at, at + limits.maxSegmentsPerPost) });
  }
  await api.endMeeting(id);
  return id;
}

/** Drops documents into a new meeting, and waits until they are read. */
export async function addDocuments(api: Api, title: string, names: readonly string[]): Promise<string> {
  const { id } = await api.createMeeting({ title });
  for (const name of names) await api.addDocument(id, new Blob([await readFile(new URL(name, DOCUMENTS))]), name);
  const giveUpAt = Date.now() + readTimeoutMs;
  for (;;) {
    const { documents } = await api.listDocuments(id);
    const failed = documents.find(({ state }) => state === 'failed' || state === 'cancelled');
    if (failed) throw new Error(`${failed.name} was not read: ${failed.error?.message}`);
    if (documents.every(({ state }) => state === 'ready')) {
      for (const { name, passages, leftOut } of documents) {
        console.log(`# ${title}: ${name}, ${passages} passages${leftOut ? `, ${leftOut.passages} left out` : ''}`);
      }
      return id;
    }
    if (Date.now() > giveUpAt) throw new Error(`${title}: documents were not read in ${readTimeoutMs} ms.`);
    await sleep(100);
  }
}

export async function passagesFor(api: Api, meetingId: string, question: string): Promise<FoundPassage[]> {
  const { passages } = await api.findPassages(meetingId, question.slice(0, limits.maxQuestionLength), { k: depth });
  return passages.map(({ documentName = null, startMs = 0, endMs = 0, text }) => ({
    ...{ documentName, startMs, endMs, text },
  }));
}

/** Tells the server to stop, and waits until it has: its rooms are then on disk. */
export async function drain(server: ServerProcess): Promise<void> {
  process.kill(server.pid, 'SIGTERM');
  while (!server.end()) await sleep(50);
}

/** All passages of a meeting's room, as the server searched them, read from its file. */
export async function roomPassages(
  dataDir: string,
  meetingId: string,
  names: ReadonlyMap<string, string>,
): Promise<(FoundPassage & { heading: string })[]> {
  const rooms = join(dataDir, 'rooms');
  const files = await readdir(rooms, { recursive: true });
  const file = files.find((path) => path.endsWith(meetingId));
  if (!file) throw new Error(`The meeting ${meetingId} has no room on disk.`);
  const indexes = createRoomIndexes();
  const path = join(rooms, file);
  const room = await indexes.open(path, (await indexes.project(path)).savedBytes);
  return room
    .read(Array.from({ length: room.passages }, (_, row) => row))
    .map(({ source, heading, start, end, text }) => ({
      documentName: names.get(source) ?? null,
      ...{ startMs: start, endMs: end, text, heading },
    }));
}
