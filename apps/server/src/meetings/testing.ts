import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createMemoryBus, type MeetingEvent } from '../adapters/bus/index.ts';
import { openSqlite, type ChunkRow, type TrackRow } from '../adapters/database/index.ts';
import { trackRow } from '../adapters/database/testing.ts';
import { createMeetings, type LiveTrackStatus, type MeetingsOptions } from './index.ts';

/** Meetings on a database of their own, with what they are told about tracks and what they say on the bus. */
export function startMeetings(options: Partial<MeetingsOptions> = {}) {
  const database = openSqlite(':memory:');
  onTestFinished(() => database.destroy());
  const bus = createMemoryBus({
    onListenerError: (error) => {
      throw error;
    },
  });
  const events: MeetingEvent[] = [];
  bus.subscribe((_, event) => events.push(event));
  const liveTracks = new Map<string, LiveTrackStatus>();
  const meetings = createMeetings({
    database,
    bus,
    log: pino({ level: 'silent' }),
    liveTrack: (trackId) => liveTracks.get(trackId) ?? null,
    closeTracks: () => Promise.resolve(),
    deleteAudio: () => Promise.resolve(0),
    startMinutes: () => Promise.resolve(),
    ...options,
  });

  const addTrack = async (meetingId: string, id: string, changes: Partial<TrackRow> = {}): Promise<void> => {
    await database
      .insertInto('tracks')
      .values(trackRow(id, meetingId, changes))
      .execute();
  };
  /** Adds a chunk, or changes the one of that ID; the meeting's counters follow, as they do in capture and transcription. */
  const putChunk = async (meetingId: string, trackId: string, changes: Partial<ChunkRow> & { id: string }) => {
    await database.deleteFrom('chunks').where('id', '=', changes.id).execute();
    const row = {
      meetingId,
      trackId,
      byteStart: 0,
      byteEnd: changes.startMs ?? 0,
      startMs: 0,
      endMs: (changes.startMs ?? 0) + 10_000,
      framing: '{}',
      state: 'waiting' as const,
      createdAt: 0,
      attempts: 0,
      dueAt: 0,
      ...changes,
    };
    await database.insertInto('chunks').values(row).execute();
    const chunks = await database.selectFrom('chunks').select('state').where('meetingId', '=', meetingId).execute();
    await database
      .updateTable('meetings')
      .set({
        openChunks: chunks.filter(({ state }) => state === 'waiting' || state === 'claimed').length,
        failedChunks: chunks.filter(({ state }) => state === 'failed').length,
      })
      .where('id', '=', meetingId)
      .execute();
  };
  return { database, bus, events, liveTracks, meetings, addTrack, putChunk };
}
