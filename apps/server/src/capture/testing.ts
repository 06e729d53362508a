import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@hansard/protocol';
import { pino } from 'pino';
import { openSqlite, type Database } from '../adapters/database/index.ts';
import { meetingRow } from '../adapters/database/testing.ts';
import { createMemoryObjects } from '../adapters/objects/index.ts';
import { ownerActor } from '../identity/index.ts';
import type { Journal } from './journal/index.ts';
import type { Connection } from './live-track.ts';
import { createMemoryJournal } from './journal/index.ts';
import { createCapture, type Capture } from './service.ts';

export const speechFile = join(import.meta.dirname, 'media/fixtures/chromium-speech.webm');
/** A real recording of a browser, of some seconds. */
export const speech = readFileSync(speechFile);
export const webm = 'audio/webm;codecs=opus';

export interface Rig {
  capture: Capture;
  database: Database;
  journal: Journal;
  objects: ReturnType<typeof createMemoryObjects>;
  meetingId: string;
  /** Meetings of which chunks were announced. */
  announced: string[];
  /** Made anew on the same database and objects, as after a crash: nothing was drained. The journal is the same but where another is given. */
  crash(journal?: Journal): Promise<Capture>;
}

/** A chunk's Ogg, to be kept. */
export const readChunkAudio = (
  capture: Capture,
  chunk: Parameters<Capture['withChunkAudio']>[0],
): Promise<Uint8Array> => capture.withChunkAudio(chunk, async (ogg) => ogg.slice());

interface RigOptions {
  now?: () => number;
  journal?: Journal;
  maxChunkMs?: number;
  maxPartBytes?: number;
}

/** Capture on a real database, with one meeting in it. */
export async function createRig({
  now = Date.now,
  journal = createMemoryJournal(),
  ...sizes
}: RigOptions = {}): Promise<Rig> {
  const database = openSqlite(':memory:');
  const objects = createMemoryObjects();
  const announced: string[] = [];
  const meetingId = 'meeting-1';
  await addMeeting(database, meetingId, now());
  const make = (itsJournal: Journal) =>
    createCapture({
      database,
      journal: itsJournal,
      objects,
      log: pino({ level: 'silent' }),
      now,
      onChunks: (meetingIds) => announced.push(...meetingIds),
      onTrackChanged: () => {},
      ...sizes,
    });
  const capture = make(journal);
  return {
    capture,
    database,
    journal,
    objects,
    meetingId,
    announced,
    async crash(another = journal) {
      const next = make(another);
      await next.recover();
      return next;
    },
  };
}

export async function addMeeting(
  database: Database,
  id: string,
  at: number,
  endedAt: number | null = null,
): Promise<void> {
  await database
    .insertInto('meetings')
    .values(meetingRow(id, { startedAt: at, endedAt, state: endedAt === null ? 'live' : 'done' }))
    .execute();
}

/** A connection that remembers which tracks it was told it lost. */
export function createConnection(id = 'connection-1'): Connection & { lost: string[] } {
  const lost: string[] = [];
  return { id, lost, onTrackLost: (trackId) => lost.push(trackId) };
}

/** Opens a track and gives what feeds it. */
export async function openTrack(
  rig: Rig,
  options: Partial<Parameters<Capture['openTrack']>[2]> = {},
  connection = createConnection(),
) {
  const trackId = options.trackId ?? 'track-1';
  const open = () =>
    rig.capture.openTrack(ownerActor, connection, {
      meetingId: rig.meetingId,
      trackId,
      kind: 'microphone',
      mimeType: webm,
      startedAtMs: 0,
      ...options,
    });
  const durable = await open();
  return {
    trackId,
    connection,
    durable,
    open,
    send: (offset: number, bytes: Uint8Array, capturedMs?: number) =>
      rig.capture.writeSlice(connection, { trackId, offset, bytes, capturedMs }),
    close: (length: number, capturedMs?: number) =>
      rig.capture.closeTrack(connection, { trackId, length, ...(capturedMs !== undefined && { capturedMs }) }),
  };
}

/** The file in slices of the size that a browser sends four times a second. */
export function* slicesOf(bytes: Uint8Array, size = 1000): Generator<[offset: number, slice: Uint8Array]> {
  for (let offset = 0; offset < bytes.length; offset += Math.min(size, limits.maxSliceBytes)) {
    yield [offset, bytes.subarray(offset, offset + size)];
  }
}
