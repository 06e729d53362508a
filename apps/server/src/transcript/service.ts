import type { CaptionPost, Segment, SegmentPage, SegmentPatch, SpeakerRename } from '@hansard/protocol';
import type { Bus } from '../adapters/bus/index.ts';
import type { Database, DatabaseTransaction } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import { appendSegments } from './append-segments.ts';
import { writeCaptions } from './captions.ts';
import { deleteLine, editLine, renameLines, type LineKey } from './edits.ts';
import type { RecentLines } from './recent-lines.ts';
import { findMeeting, readLines, readSince } from './repository.ts';

export interface TranscriptOptions {
  database: Database;
  bus: Bus;
  now?: () => number;
  /** Called before the first captions of a meeting are taken; throws where the meeting has to wait for a place. */
  admit?: (meetingId: string) => void;
  /** Where live meetings' last lines are kept; without, each asker goes to the database. */
  recent?: RecentLines;
  /** The meeting has a new track or new people. */
  onMeetingChanged: (meetingId: string) => Promise<void>;
}

export type Transcript = ReturnType<typeof createTranscript>;

/**
 * The lines of meetings. Each write takes the next revisions of its meeting, and viewers hear of it once it is committed:
 * transactions end one after the other, so that they hear of revisions in their order.
 */
export function createTranscript(options: TranscriptOptions) {
  const { database, bus, now = Date.now, admit = () => {}, recent, onMeetingChanged } = options;
  const publish = (segments: readonly Segment[]): void => {
    recent?.add(segments);
    for (const segment of segments) bus.publish(segment.meetingId, { type: 'segment', segment });
  };

  /** Runs the work in a transaction that has found the meeting in the actor's workspace. */
  const write = <T>(actor: Actor, meetingId: string, work: (trx: DatabaseTransaction) => Promise<T>): Promise<T> =>
    database.transaction().execute(async (trx) => {
      if (!(await findMeeting(trx, actor.workspaceId, meetingId))) throw noSuchMeeting();
      return work(trx);
    });

  return {
    appendSegments,
    /** Tells viewers of segments that were committed just now. */
    publish,
    /** For other parts of the server: a transcript by time, in constant memory. */
    readTranscript: (meetingId: string): AsyncIterable<Segment> => readLines(database, meetingId),

    async page(actor: Actor, meetingId: string, page: { since: number; limit: number }): Promise<SegmentPage> {
      requireRight(actor, 'read');
      if (!(await findMeeting(database, actor.workspaceId, meetingId))) throw noSuchMeeting();
      return recent?.since(meetingId, page) ?? readSince(database, meetingId, page);
    },

    /** Takes lines from a source that has text. Gives how many stand as the source has them. */
    async addCaptions(actor: Actor, meetingId: string, post: CaptionPost): Promise<number> {
      requireRight(actor, 'record');
      const written = await write(actor, meetingId, (trx) =>
        writeCaptions(trx, meetingId, post, { now: now(), admit }),
      );
      publish(written.segments);
      if (written.isMeetingChanged) await onMeetingChanged(meetingId);
      return written.accepted;
    },

    async patch(actor: Actor, key: LineKey, patch: SegmentPatch): Promise<Segment> {
      requireRight(actor, 'write');
      const { segment, isChanged, hasNewPeople } = await write(actor, key.meetingId, (trx) =>
        editLine(trx, key, patch),
      );
      if (isChanged) publish([segment]);
      if (hasNewPeople) await onMeetingChanged(key.meetingId);
      return segment;
    },

    /** Gives the line as it was: patch it with that text and speaker to undo. */
    async remove(actor: Actor, key: LineKey): Promise<Segment> {
      requireRight(actor, 'write');
      const { before, tombstone } = await write(actor, key.meetingId, (trx) => deleteLine(trx, key));
      if (tombstone) publish([tombstone]);
      return before;
    },

    /** Gives how many lines were renamed. */
    async renameSpeaker(actor: Actor, meetingId: string, rename: SpeakerRename): Promise<number> {
      requireRight(actor, 'write');
      const segments = await write(actor, meetingId, (trx) => renameLines(trx, meetingId, rename));
      publish(segments);
      await onMeetingChanged(meetingId);
      return segments.length;
    },
  };
}

function noSuchMeeting(): AppError {
  return new AppError('NOT_FOUND', 'There is no such meeting.');
}
