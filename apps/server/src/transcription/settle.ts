import type { Segment } from '@hansard/protocol';
import type { Logger } from 'pino';
import { createSharedCommits, type Database, type DatabaseTransaction } from '../adapters/database/index.ts';
import type { Clock } from './clock.ts';
import type { TranscriptionLimits } from './limits.ts';
import { returnClaim, settleClaim, type ClaimedChunk, type Settlement } from './repository.ts';
import type { Suspects } from './suspects.ts';
import type { Outcome } from './transcribe-chunk.ts';

interface Line {
  startMs: number;
  endMs: number;
  text: string;
}

/** Writes lines as segments within the given transaction. Times are the meeting's. */
export type AppendSegments = (
  trx: DatabaseTransaction,
  input: {
    meetingId: string;
    trackId: string;
    chunkId: string;
    speaker: string | null;
    lines: readonly Line[];
  },
) => Promise<Segment[]>;

/** What became of a chunk, and how long that took. */
export interface SettledChunk {
  meetingId: string;
  trackId: string;
  chunkId: string;
  outcome: Settlement['state'];
  engine: string;
  /** From its claim on. */
  ms: number;
  /** Of the engine's answer; null where it gave none. */
  engineMs: number | null;
}

interface SettlerOptions {
  database: Database;
  appendSegments: AppendSegments;
  onSegments: (segments: Segment[]) => void;
  onChunkSettled: (settled: SettledChunk) => void;
  clock: Clock;
  limits: TranscriptionLimits;
  suspects: Suspects;
  log: Logger;
}

interface Circumstances {
  engine: string;
  /** When the engine's pause ends; 0 without one. */
  resumesAt: number;
}

type Settle = (chunk: ClaimedChunk, outcome: Outcome, circumstances: Circumstances) => Promise<void>;

/**
 * Writes what became of a chunk. Its state and its segments are one transaction, held to the claim: a crash before it
 * leaves the chunk to be claimed again, and the late answer of a claim that lapsed writes nothing. Chunks that end at about
 * the same time share it; their segments are given on in the order in which they were written.
 */
export function createSettler(options: SettlerOptions): Settle {
  const { database, appendSegments, onSegments, onChunkSettled, clock, limits, suspects, log } = options;
  const commit = createSharedCommits(database);

  async function finish(
    chunk: ClaimedChunk,
    settlement: Settlement,
    answer: { lines: readonly Line[]; latencyMs: number | null } = { lines: [], latencyMs: null },
  ) {
    const { lines, latencyMs } = answer;
    const { meetingId, trackId, id: chunkId, participant: speaker } = chunk;
    const segments = await commit(async (trx) => {
      if (!(await settleClaim(trx, chunk, settlement))) return null;
      return lines.length > 0 ? appendSegments(trx, { meetingId, trackId, chunkId, speaker, lines }) : [];
    });
    suspects.forget(chunkId);
    if (!segments) {
      log.warn({ chunkId }, 'dropped the late answer of a claim that lapsed');
      return;
    }
    if (segments.length > 0) onSegments(segments);
    const { state: outcome, engine } = settlement;
    const ms = clock.now() - (chunk.claimedUntil - limits.leaseMs);
    onChunkSettled({ meetingId, trackId, chunkId, outcome, engine, ms, engineMs: latencyMs });
  }

  async function chargeAttempt(chunk: ClaimedChunk, error: string, engine: string, cause?: unknown): Promise<void> {
    const attempts = chunk.attempts + 1;
    const delay = limits.retryDelaysMs[attempts - 1];
    log.warn({ chunkId: chunk.id, engine, attempts, reason: error, err: cause }, 'a chunk was not transcribed');
    if (delay === undefined) await finish(chunk, { state: 'failed', engine, error, attempts });
    else await returnClaim(database, chunk, { dueAt: clock.now() + delay, attempts, error });
  }

  return async (chunk, outcome, { engine, resumesAt }) => {
    switch (outcome.kind) {
      case 'text':
        suspects.passed(chunk.id);
        await finish(chunk, { state: outcome.lines.length > 0 ? 'done' : 'silent', engine }, outcome);
        return;
      case 'silent':
        await finish(chunk, { state: 'silent', engine });
        return;
      case 'rejected':
        await finish(chunk, { state: 'failed', engine, error: outcome.message, attempts: chunk.attempts + 1 });
        return;
      case 'failed':
        await chargeAttempt(chunk, outcome.message, engine, outcome.cause);
        return;
      case 'stopped':
        await returnClaim(database, chunk, { dueAt: 0 });
        return;
      case 'pushed-back':
        log.info({ chunkId: chunk.id, engine, kind: outcome.error.kind, resumesAt }, 'the engine takes a rest');
        if (outcome.error.kind === 'unavailable' && suspects.accuse(chunk.id)) {
          await chargeAttempt(chunk, outcome.error.message, engine);
        } else {
          // A little after the pause: another chunk, where there is one, is the better probe.
          await returnClaim(database, chunk, { dueAt: resumesAt + limits.minPauseMs });
        }
        return;
    }
  };
}
