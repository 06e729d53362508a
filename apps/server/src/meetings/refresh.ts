import type { MeetingDetail, MeetingState } from '@hansard/protocol';
import type { Logger } from 'pino';
import type { Bus } from '../adapters/bus/index.ts';
import type { MeetingRow } from '../adapters/database/index.ts';
import { readDetail, recordedUntilMs, type LiveTrackOf } from './detail.ts';
import { meetingLimits } from './limits.ts';
import type { MeetingsRepository, MeetingSummary } from './repository.ts';
import type { TrackNow } from './to-wire.ts';

interface RefreshOptions {
  repository: MeetingsRepository;
  bus: Bus;
  liveTrack: LiveTrackOf;
  /**
   * Begins minutes of an ended meeting's text, where there is any: their row is there when it resolves. `refresh` is
   * called again when they are made, and must not be waited for here.
   */
  startMinutes: (meetingId: string) => Promise<void>;
  /** What was found of a meeting, and its row as it was before. */
  onState: (before: MeetingRow, state: MeetingState) => void;
  log: Logger;
}

/** Works out anew what a meeting's row sums up from its tracks, chunks and minutes, and tells its viewers. */
export function createRefresh({ repository, bus, liveTrack, startMinutes, onState, log }: RefreshOptions) {
  /** One transaction, since others write people and counters; null where the meeting is gone. */
  const update = (meetingId: string, mayWantMinutes: boolean) =>
    repository.derivedTransaction(async (trx) => {
      const row = await repository.byId(trx, meetingId);
      if (!row) return null;
      const { detail, tracks } = await readDetail(repository, trx, row, liveTrack);
      const minutes = await repository.minutes(trx, meetingId);
      const wantsMinutes = mayWantMinutes && row.state === 'processing' && row.seq > (minutes.seq ?? 0);
      const hasWork = row.openChunks > 0 || tracks.some(isFed) || minutes.areRunning;
      const summary: MeetingSummary = {
        state: stateOf(row, hasWork || wantsMinutes),
        hasGaps: detail.ledger.gaps.length > 0 || row.failedChunks > 0 ? 1 : 0,
        durationMs: Math.max(row.durationMs, recordedUntilMs(tracks)),
        people: withParticipants(row.people, tracks),
      };
      if (differs(row, summary)) await repository.saveSummary(trx, meetingId, summary);
      const { people, hasGaps, ...rest } = summary;
      const fresh: MeetingDetail = {
        ...detail,
        ...rest,
        hasGaps: hasGaps === 1,
        people: JSON.parse(people) as string[],
      };
      return { before: row, fresh, isReadyForMinutes: wantsMinutes && !hasWork };
    });

  return async (meetingId: string): Promise<void> => {
    const updated = await update(meetingId, true);
    if (!updated) return;
    onState(updated.before, updated.fresh.state);
    bus.publish(meetingId, { type: 'meeting', meeting: updated.fresh });
    if (!updated.isReadyForMinutes) return;
    await startMinutes(meetingId).catch((error: unknown) => {
      log.error({ err: error, meetingId }, 'minutes could not be started');
    });
    // Where none were begun (there was no text, or no engine), the meeting is done.
    const settled = await update(meetingId, false);
    if (settled) onState(settled.before, settled.fresh.state);
    if (settled && settled.fresh.state !== updated.fresh.state) {
      bus.publish(meetingId, { type: 'meeting', meeting: settled.fresh });
    }
  };
}

function stateOf({ endedAt }: MeetingRow, hasWork: boolean): MeetingState {
  if (endedAt === null) return 'live';
  return hasWork ? 'processing' : 'done';
}

/** Its recorder may still send what it has kept. */
function isFed({ track, connected }: TrackNow): boolean {
  return connected && track.state === 'open';
}

function withParticipants(people: string, tracks: readonly TrackNow[]): string {
  const names = new Set(JSON.parse(people) as string[]);
  for (const { track } of tracks) if (track.participant !== null) names.add(track.participant);
  return JSON.stringify([...names].slice(0, meetingLimits.maxPeople));
}

function differs(row: MeetingRow, summary: MeetingSummary): boolean {
  return (
    row.state !== summary.state ||
    row.hasGaps !== summary.hasGaps ||
    row.durationMs !== summary.durationMs ||
    row.people !== summary.people
  );
}
