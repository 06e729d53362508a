import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '@hansard/client';
import type { Segment } from '@hansard/protocol';

/** What the server does not have, or did not show, of a meeting that has ended. All are 0 where nothing was lost. */
export interface Losses {
  /** Of recordings, by the tracks' own account of what is durable. */
  bytes: number;
  /** Posted, and not in the transcript word for word. */
  lines: number;
  /** In the transcript, and not on the page of one of those who were there. */
  unseenLines: number;
  /** Gaps of the loss ledger, and chunks that failed. */
  gaps: number;
  /** Of what was recorded, how much has no text. */
  untranscribedMs: number;
}

interface Held {
  api: Api;
  meetingId: string;
  sentBytes: number;
  postedLines: readonly string[];
  /** What is on the page of each who was there. */
  seen: readonly (() => readonly Segment[])[];
  /** The last events are on their way for so long at the most. */
  patienceMs?: number;
}

/** Compares a meeting with what was sent to it. */
export async function lossesOf({
  api,
  meetingId,
  sentBytes,
  postedLines,
  seen,
  patienceMs = 30_000,
}: Held): Promise<Losses> {
  const { tracks, ledger, failedChunks } = await api.getMeeting(meetingId);
  const durableBytes = tracks.filter(({ kind }) => kind !== 'captions').reduce((sum, { durable }) => sum + durable, 0);
  const transcript = await readAll(api, meetingId);
  const texts = new Set(transcript.map(({ text }) => text));
  const ids = transcript.map(({ id }) => id);
  return {
    bytes: sentBytes - durableBytes,
    lines: postedLines.filter((line) => !texts.has(line)).length,
    unseenLines: (await Promise.all(seen.map((lines) => countUnseen(ids, lines, patienceMs)))).reduce(
      (sum, count) => sum + count,
      0,
    ),
    gaps: ledger.gaps.length + failedChunks,
    untranscribedMs: Math.max(0, ledger.durableMs - ledger.transcribedMs),
  };
}

export function addLosses(all: readonly Losses[]): Losses {
  const sum = (read: (losses: Losses) => number) => all.reduce((total, losses) => total + read(losses), 0);
  return {
    bytes: sum(({ bytes }) => bytes),
    lines: sum(({ lines }) => lines),
    unseenLines: sum(({ unseenLines }) => unseenLines),
    gaps: sum(({ gaps }) => gaps),
    untranscribedMs: sum(({ untranscribedMs }) => untranscribedMs),
  };
}

async function readAll(api: Api, meetingId: string): Promise<Segment[]> {
  const all: Segment[] = [];
  for (let since = 0; ;) {
    const { segments, cursor, more } = await api.listSegments(meetingId, { since });
    all.push(...segments.filter(({ deleted }) => !deleted));
    if (!more) return all;
    since = cursor;
  }
}

async function countUnseen(
  ids: readonly string[],
  lines: () => readonly Segment[],
  patienceMs: number,
): Promise<number> {
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(100)) {
    const shown = new Set(lines().map(({ id }) => id));
    const unseen = ids.filter((id) => !shown.has(id)).length;
    if (unseen === 0 || Date.now() >= giveUpAt) return unseen;
  }
}
