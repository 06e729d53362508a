import type { Segment } from '@hansard/protocol';
import { uuidv7 } from 'uuidv7';
import { prepared, segmentRowid, type DatabaseTransaction, type SegmentRow } from '../adapters/database/index.ts';
import { addPeople, cleanText, takeRevisions } from './revisions.ts';
import { readSpeakerNames } from './speaker-names.ts';
import { toSegment } from './to-wire.ts';

export interface NewLines {
  meetingId: string;
  trackId: string;
  chunkId: string;
  speaker: string | null;
  /** In order of time, in the meeting. */
  lines: readonly { startMs: number; endMs: number; text: string }[];
}

/**
 * Writes the final lines of a chunk within the caller's transaction. Once that is committed, give the result to
 * `publish` at once. Lines without text are left out.
 */
export async function appendSegments(trx: DatabaseTransaction, input: NewLines): Promise<Segment[]> {
  const { meetingId, trackId, chunkId } = input;
  const lines = input.lines
    .map(({ startMs, endMs, text }) => ({
      startMs: Math.max(0, Math.round(startMs)),
      endMs: Math.max(0, Math.round(startMs), Math.round(endMs)),
      text: cleanText(text),
    }))
    .filter(({ text }) => text !== '');
  if (lines.length === 0) return [];
  const speaker = (await readSpeakerNames(trx, meetingId))(input.speaker);
  const untilMs = Math.max(...lines.map(({ endMs }) => endMs));
  const { firstSeq, ordinal, people } = await takeRevisions(trx, meetingId, { count: lines.length, untilMs });
  await addPeople(trx, meetingId, people, [speaker]);
  const rows = lines.map((line, index) => ({
    ...line,
    rowid: segmentRowid(ordinal, firstSeq + index),
    id: uuidv7(),
    meetingId,
    seq: firstSeq + index,
    trackId,
    chunkId,
    externalId: null,
    speaker,
    final: 1,
    edited: 0,
    deleted: 0,
  }));
  for (const row of rows) await insertSegment(trx, row);
  return rows.map(toSegment);
}

const insertSegment = prepared<SegmentRow & { rowid: number }, unknown>((db, parameter) =>
  db.insertInto('segments').values({
    rowid: parameter('rowid'),
    id: parameter('id'),
    meetingId: parameter('meetingId'),
    seq: parameter('seq'),
    trackId: parameter('trackId'),
    chunkId: parameter('chunkId'),
    externalId: parameter('externalId'),
    speaker: parameter('speaker'),
    startMs: parameter('startMs'),
    endMs: parameter('endMs'),
    text: parameter('text'),
    final: parameter('final'),
    edited: parameter('edited'),
    deleted: parameter('deleted'),
  }),
);
