import type { Ledger, Track } from '@hansard/protocol';

/** Times below these are the ordinary distance between a recorder and the server, and no gap. */
export const ledgerTolerances = {
  /** A connected recorder's claim runs ahead of its bytes by a slice, an answer, and a slow network. */
  connectedMs: 10_000,
  /** A recorder's clock and its encoder differ by less. */
  disconnectedMs: 500,
  /** A pause between two recordings that is not worth a line. */
  notRecordedMs: 250,
} as const;

/** What the ledger asks of a track. `durable` and `length` are bytes. */
export type LedgerTrack = Pick<
  Track,
  'id' | 'kind' | 'offsetMs' | 'continues' | 'state' | 'durable' | 'length' | 'capturedMs' | 'durableMs'
> & { connected: boolean };

type Gap = Ledger['gaps'][number];

/**
 * What recorders said they captured against what the server has. Audio is counted once per track: two people who speak
 * for an hour are two hours. A gap is `not-received` where a recorder captured more than the server has, and
 * `not-recorded` between the end of a track and the start of the first one that continues it. Such a gap closes when
 * its audio arrives: nothing here is remembered. What the disk has damaged is given, and stays.
 */
export function makeLedger(tracks: readonly LedgerTrack[], transcribedMs: number, losses: readonly Gap[] = []): Ledger {
  const recorded = tracks.filter(({ kind }) => kind !== 'captions');
  const gaps = [...recorded.flatMap(notReceived), ...notRecorded(recorded), ...losses];
  return {
    capturedMs: sum(recorded.map(({ capturedMs, durableMs }) => Math.max(capturedMs, durableMs))),
    durableMs: sum(recorded.map(({ durableMs }) => durableMs)),
    transcribedMs,
    gaps: gaps.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs),
  };
}

function notReceived(track: LedgerTrack): Gap[] {
  const missingMs = missing(track);
  if (missingMs <= (track.connected ? ledgerTolerances.connectedMs : ledgerTolerances.disconnectedMs)) return [];
  const startMs = track.offsetMs + track.durableMs;
  return [{ startMs, endMs: startMs + missingMs, reason: 'not-received', trackId: track.id }];
}

/** How much audio the recorder has that the server has not. */
function missing({ state, durable, length, capturedMs, durableMs }: LedgerTrack): number {
  // All bytes are here: what the recorder's clock says beside that is not audio.
  if (state === 'closed' && length !== null && durable >= length) return 0;
  const byClock = Math.max(0, capturedMs - durableMs);
  if (length === null || durable === 0) return byClock;
  return Math.max(byClock, Math.round(((length - durable) * durableMs) / durable));
}

function notRecorded(tracks: readonly LedgerTrack[]): Gap[] {
  const earliest = new Map<string, LedgerTrack>();
  for (const track of tracks) {
    if (track.continues === null) continue;
    const known = earliest.get(track.continues);
    if (!known || track.offsetMs < known.offsetMs) earliest.set(track.continues, track);
  }
  return tracks.flatMap((track): Gap[] => {
    const next = earliest.get(track.id);
    if (!next) return [];
    const startMs = track.offsetMs + track.durableMs + missing(track);
    if (next.offsetMs - startMs <= ledgerTolerances.notRecordedMs) return [];
    return [{ startMs, endMs: next.offsetMs, reason: 'not-recorded', trackId: track.id }];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
