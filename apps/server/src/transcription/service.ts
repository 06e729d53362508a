import type { EngineStatus, EngineTrial, Segment } from '@hansard/protocol';
import type { Logger } from 'pino';
import { derivedTransaction, type Database } from '../adapters/database/index.ts';
import type { TranscribeEngine } from '../adapters/models/transcribe/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import { createAudioFirst } from './audio-first.ts';
import { systemClock, type Clock } from './clock.ts';
import type { EngineChoice } from './choose-engine.ts';
import { defaultLimits, type TranscriptionLimits } from './limits.ts';
import { createPace, type Pace } from './pace.ts';
import {
  claimNext,
  countOpen,
  hasMeeting,
  nextDueAt,
  retryFailed,
  returnLapsed,
  type ClaimedChunk,
} from './repository.ts';
import { createSettler, type AppendSegments, type SettledChunk } from './settle.ts';
import type { SpeechGate } from './speech-gate/contract.ts';
import { activeStatus } from './status.ts';
import { createSuspects } from './suspects.ts';
import { transcribeChunk, type WithChunkAudio } from './transcribe-chunk.ts';
import { tryEngine } from './try-engine.ts';

export interface TranscriptionOptions {
  database: Database;
  /** What text must pass before it is accepted. */
  gate: SpeechGate;
  /** A chunk's sound is made when it is asked for. */
  withChunkAudio: WithChunkAudio;
  appendSegments: AppendSegments;
  /** Segments that were committed. */
  onSegments: (segments: Segment[]) => void;
  /** A chunk is done, silent or failed, and committed. */
  onChunkSettled: (settled: SettledChunk) => void;
  /** Most chunks at once that memory bears, as of now; call `look` when it rises. */
  maxAtOnce?: () => number;
  log: Logger;
  /** BCP 47; engines find out themselves where it is left out. */
  language?: string | undefined;
  clock?: Clock;
  limits?: TranscriptionLimits;
  /** The busy share of the process's main thread since the last call, 0 to 1. */
  busyShare?: () => number;
}

/** Turns chunks into text. Their rows are the truth about what is to be done; nothing else is kept. */
export interface Transcription {
  /** Takes over claims that a dead process left, where no other process can be alive, and begins. */
  start(options?: { soleProcess?: boolean }): Promise<void>;
  /** There may be work. Cheap; call it often. */
  look(): void;
  /** Chunks wait while there is none. An engine that is replaced ends its calls, and is closed. */
  setEngine(choice: EngineChoice): Promise<void>;
  /** An engine that is being made ready; null once it is over. */
  showSetUp(status: EngineStatus | null): void;
  engines(): EngineStatus[];
  /** What the engine hears in a recording. Throws `NO_ENGINE`, `ENGINE_FAILED`, `UNSUPPORTED_MEDIA` or `BUSY`. */
  tryIt(actor: Actor, ogg: Uint8Array): Promise<EngineTrial>;
  /** Lets failed chunks wait anew: one, or all of the meeting. Throws `NOT_FOUND`. Says how many. */
  retry(actor: Actor, meetingId: string, chunkId?: string): Promise<number>;
  /** Chunks that are not done, those with an engine among them. */
  waiting(): Promise<number>;
  /** Resolves once no chunk is with an engine. For tests and for one-off programs. */
  settled(): Promise<void>;
  /** Stops claiming, ends what is under way and gives its claims back. */
  drain(): Promise<void>;
}

interface Active {
  engine: TranscribeEngine;
  why: string;
  pace: Pace;
  stop: AbortController;
}

export function createTranscription(options: TranscriptionOptions): Transcription {
  const { database, gate, withChunkAudio, language, log, clock = systemClock, limits = defaultLimits } = options;
  const { maxAtOnce = () => Infinity } = options;
  const audioFirst = createAudioFirst({ clock, ...(options.busyShare && { busyShare: options.busyShare }) });
  const suspects = createSuspects();
  const settle = createSettler({ ...options, clock, limits, suspects });
  const underWay = new Set<Promise<void>>();
  let active: Active | null = null;
  let alternatives: EngineStatus[] = [];
  let setUp: EngineStatus | null = null;
  let lastMeeting = '';
  let draining = false;
  let started = false;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  /** A chunk may be due that has not been looked for: without one, a slot that gets free is no reason to look. */
  let mayBeDue = true;
  let lapsedAt = -Infinity;
  let cancelTimer = () => {};
  let trials = 0;

  function look(): void {
    mayBeDue = true;
    claim();
  }

  function claim(): void {
    if (draining || !started || !mayBeDue) return;
    lookAgain = true;
    looking ??= claimWhileFree().finally(() => {
      looking = null;
      if (lookAgain) claim();
    });
  }

  async function claimWhileFree(): Promise<void> {
    do {
      lookAgain = false;
      cancelTimer();
      try {
        const claims = await claimFree();
        for (const { chunk, by } of claims) run(chunk, by);
        await setTimer();
      } catch (error) {
        log.error({ err: error }, 'could not look for chunks');
        cancelTimer = clock.after(limits.sweepMs, look);
      }
    } while (lookAgain);
  }

  async function claimFree(): Promise<{ chunk: ClaimedChunk; by: Active }[]> {
    await returnLapsedNow();
    const by = active;
    const free = draining ? 0 : Math.min(by?.pace.free() ?? 0, audioFirst.left(), maxAtOnce() - underWay.size);
    if (!by || free <= 0) return [];
    const chunks = await derivedTransaction(database).execute(async (trx) => {
      const claims: ClaimedChunk[] = [];
      // Before they are looked for: what comes meanwhile, and may be missed, says so again.
      mayBeDue = false;
      while (claims.length < free) {
        const now = clock.now();
        const chunk = await claimNext(trx, { afterMeeting: lastMeeting, now, claimedUntil: now + limits.leaseMs });
        if (!chunk) return claims;
        lastMeeting = chunk.meetingId;
        claims.push(chunk);
      }
      mayBeDue = true;
      return claims;
    });
    audioFirst.begun(chunks.length);
    return chunks.map((chunk) => ({ chunk, by }));
  }

  /** At most once in `sweepMs`. */
  async function returnLapsedNow(): Promise<void> {
    const now = clock.now();
    if (now - lapsedAt < limits.sweepMs) return;
    lapsedAt = now;
    await returnLapsed(database, now);
  }

  /** Wakes for what is due later: a retry, the end of a pause, a lapsed claim, what was held back for audio. New chunks and free slots call `look`. */
  async function setTimer(): Promise<void> {
    const now = clock.now();
    const due = mayBeDue ? null : await nextDueAt(database);
    const resumesAt = active?.pace.pause?.resumesAt;
    const resumes = resumesAt !== undefined && resumesAt > now ? resumesAt : Infinity;
    const isHeldBack = active !== null && active.pace.free() > 0 && audioFirst.left() === 0;
    const goesOn = isHeldBack ? audioFirst.moreAt : Infinity;
    const wake = Math.min(due ?? Infinity, resumes, goesOn, now + limits.sweepMs);
    cancelTimer = clock.after(Math.max(1, wake - now), look);
  }

  function run(chunk: ClaimedChunk, { engine, pace, stop }: Active): void {
    const call = pace.begin();
    const work = async () => {
      const stages = { engine, gate, withChunkAudio, language, callTimeoutMs: limits.callTimeoutMs };
      const outcome = await transcribeChunk(chunk, stages, stop.signal);
      if (outcome.kind === 'text') call.answered(outcome.latencyMs);
      else if (outcome.kind === 'pushed-back') call.pushedBack(outcome.error);
      else call.ended({ alive: outcome.kind === 'rejected' });
      // The engine is free already, while settling may wait for others to share its transaction.
      claim();
      await settle(chunk, outcome, { engine: engine.name, resumesAt: pace.pause?.resumesAt ?? 0 });
      // What was not settled waits again.
      if (outcome.kind !== 'text' && outcome.kind !== 'silent') mayBeDue = true;
    };
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        log.error({ err: error, chunkId: chunk.id }, 'could not write what became of a chunk; its claim will lapse');
      })
      .finally(() => {
        underWay.delete(running);
        claim();
      });
    underWay.add(running);
  }

  async function settled(): Promise<void> {
    const open = looking ? [looking, ...underWay] : [...underWay];
    if (open.length === 0) return;
    await Promise.all(open);
    await settled();
  }

  async function stopEngine(): Promise<void> {
    const stopped = active;
    active = null;
    if (!stopped) return;
    stopped.stop.abort();
    await Promise.race([settled(), new Promise<void>((done) => clock.after(limits.drainTimeoutMs, done))]);
    await stopped.engine.close();
  }

  return {
    look,
    waiting: () => countOpen(database),
    settled,
    async start({ soleProcess = true } = {}) {
      const returned = await returnLapsed(database, soleProcess ? Number.MAX_SAFE_INTEGER : clock.now());
      if (returned > 0) log.info({ chunks: returned }, 'took over claims of a process that ended');
      started = true;
      look();
    },
    async setEngine(choice) {
      await stopEngine();
      alternatives = choice.alternatives;
      const { engine, why } = choice;
      if (engine) active = { engine, why, pace: createPace(engine, { clock, limits }), stop: new AbortController() };
      look();
    },
    showSetUp(status) {
      setUp = status;
    },
    engines: () => [...(active ? [activeStatus(active, clock.now())] : []), ...(setUp ? [setUp] : []), ...alternatives],
    async tryIt(actor, ogg) {
      requireRight(actor, 'read');
      if (!active) throw new AppError('NO_ENGINE', 'No speech engine is set up.');
      if (trials > 0) throw new AppError('BUSY', 'Another recording is being tried; try again in a moment.');
      trials += 1;
      try {
        return await tryEngine(ogg, { engine: active.engine, gate, language, timeoutMs: limits.callTimeoutMs });
      } finally {
        trials -= 1;
      }
    },
    async retry(actor, meetingId, chunkId) {
      requireRight(actor, 'write');
      if (!(await hasMeeting(database, actor.workspaceId, meetingId))) {
        throw new AppError('NOT_FOUND', 'There is no such meeting.');
      }
      const count = await database.transaction().execute((trx) => retryFailed(trx, { meetingId, chunkId }));
      if (count === 0 && chunkId !== undefined) throw new AppError('NOT_FOUND', 'That part has not failed.');
      look();
      return count;
    },
    async drain() {
      draining = true;
      cancelTimer();
      await stopEngine();
    },
  };
}
