import type { Minutes, MinutesPost } from '@hansard/protocol';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Database, MeetingRow, MinutesRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import { emptyDraft, type MinutesDraft } from './draft.ts';
import type { MinutesEngine } from './engine.ts';
import type { MinutesEngines } from './engines.ts';
import { fallbackReason } from './failures.ts';
import type { Line } from './local/index.ts';
import { createRepository, type MinutesUpdate } from './repository.ts';
import { noResults, readResult, resultKey, type MinutesResults } from './results.ts';
import { createRunQueue } from './run-queue.ts';
import { citedIds, toMinutes } from './staleness.ts';
import { builtInTemplates, defaultTemplate, findTemplate, type Template } from './templates.ts';

/** Final lines of a meeting in pages, by start and then by sequence; without deleted ones. */
export type ReadTranscript = (meetingId: string) => AsyncIterable<readonly Line[]>;

export interface MinutesOptions {
  database: Database;
  readTranscript: ReadTranscript;
  engines: MinutesEngines;
  /** Tells whoever watches the meeting. */
  publish: (meetingId: string, minutes: Minutes) => void;
  log: Logger;
  /** Minutes that were made lately, by what they were made of. */
  results?: MinutesResults;
  /**
   * Waits until memory bears a run of so many bytes, and gives how to say that it is over. Rejects with the signal's
   * reason once that is aborted.
   */
  admit?: (bytes: number, signal: AbortSignal) => Promise<() => void>;
  templates?: readonly Template[];
  now?: () => number;
}

/** Runs at once; the others wait, shown as running at 0. */
const maxRunsAtOnce = 2;
const maxRunsWaiting = 100;
/** When to ask again where so many wait: a run takes seconds. */
const fullRetryMs = 30_000;
/** A longer transcript than a week's talk is not a meeting. */
const maxLines = 100_000;
/** Between two events of progress. */
const progressEveryMs = 500;

/** What a run holds at most for a byte of text, garbage apart: the lines, their sentences, their words, and what is made of them. */
const memoryPerTextByte = 30;

interface Run {
  row: MinutesRow;
  stop: AbortController;
  /** Not to be taken from `results`. */
  fresh: boolean;
}

export type MinutesService = ReturnType<typeof createMinutes>;

/** Minutes of meetings: made on demand and when a meeting has ended, one run for a meeting at a time. */
export function createMinutes(options: MinutesOptions) {
  const { database, readTranscript, engines, publish, log, templates = builtInTemplates, now = Date.now } = options;
  const { results = noResults, admit = () => Promise.resolve(() => {}) } = options;
  const repository = createRepository(database);
  const queue = createRunQueue(maxRunsAtOnce);
  /** By meeting. */
  const runs = new Map<string, Run>();
  let stopped = false;

  async function meetingOf(actor: Actor, meetingId: string): Promise<MeetingRow> {
    const meeting = await repository.meeting(meetingId, actor.workspaceId);
    if (!meeting) throw new AppError('NOT_FOUND', 'There is no such meeting.');
    return meeting;
  }

  async function shown(row: MinutesRow): Promise<Minutes> {
    const draft = JSON.parse(row.body) as MinutesDraft;
    const ids = citedIds(draft);
    return toMinutes(row, draft, await repository.changedSince(row.meetingId, ids, row.transcriptSeq));
  }

  async function begin(
    meeting: MeetingRow,
    { template, engine, fresh = false }: { template: Template; engine: MinutesEngine; fresh?: boolean | undefined },
  ): Promise<MinutesRow> {
    if (stopped) throw new AppError('DRAINING', 'The server is being stopped.');
    const under = runs.get(meeting.id);
    if (under) return under.row;
    if (queue.waiting >= maxRunsWaiting) {
      throw new AppError('BUSY', 'Too many minutes are being made; try again later.', { retryAfterMs: fullRetryMs });
    }
    const row: MinutesRow = {
      id: uuidv7(),
      meetingId: meeting.id,
      state: 'running',
      progress: 0,
      template: template.name,
      engine: engine.label,
      fallbackReason: null,
      transcriptSeq: meeting.seq,
      body: JSON.stringify(emptyDraft()),
      error: null,
      createdAt: now(),
    };
    const run = { row, stop: new AbortController(), fresh };
    // Taken before the insert, so that a second call finds it.
    runs.set(meeting.id, run);
    try {
      await repository.insert(row);
    } catch (error) {
      runs.delete(meeting.id);
      throw error;
    }
    schedule(run, template, engine);
    return row;
  }

  function schedule(run: Run, template: Template, engine: MinutesEngine): void {
    queue.add(async () => {
      try {
        if (!run.stop.signal.aborted) await perform(run, template, engine);
      } catch (error) {
        log.error({ err: error, minutesId: run.row.id }, 'minutes could not be stored');
      } finally {
        if (runs.get(run.row.meetingId) === run) runs.delete(run.row.meetingId);
      }
    });
    publish(run.row.meetingId, toMinutes(run.row, emptyDraft(), new Set()));
  }

  async function perform(run: Run, template: Template, engine: MinutesEngine): Promise<void> {
    const { signal } = run.stop;
    let letGo = (): void => {};
    try {
      letGo = await admit(memoryPerTextByte * (await repository.textLength(run.row.meetingId)), signal);
      // The revision is read before the lines: what is written between the two makes items stale, and is not missed.
      const meeting = await repository.meeting(run.row.meetingId);
      if (!meeting) return;
      run.row.transcriptSeq = meeting.seq;
      const lines = await readLines(meeting.id, signal);
      if (lines.length === 0) {
        await settle(run, { state: 'failed', error: 'There is no text in the transcript yet.' });
        return;
      }
      const made = await write(run, { lines, template, engine, startedAt: meeting.startedAt });
      await settle(run, { ...made, state: 'done', progress: 1, error: null, transcriptSeq: meeting.seq });
    } catch (error) {
      // Cancelled, or stopped with the server: then the row stays as it is, for the next start.
      if (signal.aborted) return;
      log.error({ err: error, minutesId: run.row.id, engine: engine.name }, 'minutes failed');
      const text =
        error instanceof AppError ? error.message : 'Making the minutes failed; the server’s log has the detail.';
      await settle(run, { state: 'failed', error: text });
    } finally {
      letGo();
    }
  }

  async function write(
    run: Run,
    work: { lines: readonly Line[]; template: Template; engine: MinutesEngine; startedAt: number },
  ): Promise<{ body: MinutesDraft; engine: string; fallbackReason: string | null }> {
    const { lines, engine, template, startedAt } = work;
    const { signal } = run.stop;
    const onProgress = throttledProgress(run);
    const key = resultKey(work);
    const known = run.fresh ? null : readResult(results, key);
    if (known) return { body: known, engine: engine.label, fallbackReason: null };
    try {
      const body = await engine.write(lines, { template, startedAt, signal, onProgress });
      results.set(key, JSON.stringify(body));
      return { body, engine: engine.label, fallbackReason: null };
    } catch (error) {
      if (signal.aborted || engine === engines.local) throw error;
      log.warn({ err: error, minutesId: run.row.id, engine: engine.name }, 'the local engine stands in');
      const body = await engines.local.write(lines, { template, startedAt, signal, onProgress });
      return { body, engine: engines.local.label, fallbackReason: fallbackReason(engine.name, error) };
    }
  }

  function throttledProgress(run: Run): (progress: number) => void {
    let last = now();
    return (progress) => {
      run.row.progress = Math.max(run.row.progress, Math.min(0.99, progress));
      if (now() - last < progressEveryMs || run.stop.signal.aborted) return;
      last = now();
      publish(run.row.meetingId, toMinutes(run.row, emptyDraft(), new Set()));
    };
  }

  async function readLines(meetingId: string, signal: AbortSignal): Promise<Line[]> {
    const lines: Line[] = [];
    for await (const page of readTranscript(meetingId)) {
      signal.throwIfAborted();
      for (const line of page) lines.push(line);
      if (lines.length > maxLines) throw new AppError('TOO_LARGE', 'The transcript is too long for minutes.');
    }
    return lines;
  }

  async function hasText(meetingId: string): Promise<boolean> {
    for await (const page of readTranscript(meetingId)) if (page.length > 0) return true;
    return false;
  }

  async function settle(run: Run, update: MinutesUpdate): Promise<MinutesRow | undefined> {
    const row = await repository.update(run.row.id, update);
    if (!row) return undefined;
    publish(row.meetingId, await shown(row));
    return row;
  }

  async function latest(actor: Actor, meetingId: string): Promise<Minutes> {
    requireRight(actor, 'read');
    await meetingOf(actor, meetingId);
    const run = runs.get(meetingId);
    if (run) return toMinutes(run.row, emptyDraft(), new Set());
    const row = await repository.latest(meetingId);
    if (!row) throw new AppError('NOT_FOUND', 'No minutes were made of this meeting yet.');
    return shown(row);
  }

  function chosen(templateName: string | undefined, kind: string, engineName: string | undefined) {
    const template =
      templateName === undefined
        ? (findTemplate(templates, kind) ?? defaultTemplate)
        : findTemplate(templates, templateName);
    if (!template) throw new AppError('BAD_REQUEST', `There is no template "${templateName}".`);
    const engine = engines.find(engineName);
    if (!engine) throw new AppError('NO_ENGINE', `The engine "${engineName}" is not set up.`);
    return { template, engine };
  }

  return {
    /**
     * Begins minutes and gives them as they are then: running, without items. Where some are being made for the meeting,
     * gives those. Rejects with `BUSY`, `NO_ENGINE`, `NOT_FOUND`, or `BAD_REQUEST` for an unknown template.
     */
    async make(actor: Actor, meetingId: string, post: MinutesPost = {}): Promise<Minutes> {
      requireRight(actor, 'write');
      const meeting = await meetingOf(actor, meetingId);
      const how = { ...chosen(post.template, meeting.kind, post.engine), fresh: post.fresh };
      return toMinutes(await begin(meeting, how), emptyDraft(), new Set());
    },

    /** The newest that are done or being made; where there are none, those that failed or were cancelled. Rejects with `NOT_FOUND`. */
    latest,

    /** Stops the run of the meeting, and gives it as it is then. Rejects with `NOT_FOUND` where none is under way. */
    async cancel(actor: Actor, meetingId: string): Promise<Minutes> {
      requireRight(actor, 'write');
      await meetingOf(actor, meetingId);
      const run = runs.get(meetingId);
      if (!run || run.stop.signal.aborted)
        throw new AppError('NOT_FOUND', 'No minutes are being made of this meeting.');
      run.stop.abort();
      runs.delete(meetingId);
      const row = await settle(run, { state: 'cancelled', progress: run.row.progress });
      if (row) return shown(row);
      // It was done just before.
      return latest(actor, meetingId);
    },

    /** Of every kind of meeting. */
    templates(actor: Actor): readonly Template[] {
      requireRight(actor, 'read');
      return templates;
    },

    /** Runs that wait for their turn. */
    waiting: () => queue.waiting,

    engineStatuses: () => engines.statuses(),

    /** Call when a meeting has ended and nothing more is to be transcribed: makes minutes unless there are some of this text. */
    async onMeetingProcessed(meetingId: string): Promise<void> {
      const meeting = await repository.meeting(meetingId);
      if (!meeting || meeting.endedAt === null || stopped || runs.has(meetingId)) return;
      if (!(await repository.hasNoneSince(meetingId, meeting.seq)) || !(await hasText(meetingId))) return;
      await begin(meeting, chosen(undefined, meeting.kind, undefined));
    },

    /** Call when a meeting is deleted: what is being made of it is dropped. */
    onMeetingDeleted(meetingId: string): void {
      runs.get(meetingId)?.stop.abort();
      runs.delete(meetingId);
    },

    /** Takes up what an earlier process left: each run once more; what was already begun twice has failed. */
    async recover(): Promise<void> {
      for (const row of await repository.running()) {
        if (runs.has(row.meetingId)) continue;
        const run = { row, stop: new AbortController(), fresh: false };
        const again = 'The server was restarted while these minutes were made; they were begun again.';
        const template = findTemplate(templates, row.template) ?? defaultTemplate;
        const engine = engines.find(row.engine.split(' ')[0]) ?? engines.find() ?? engines.local;
        if (row.error !== null || queue.waiting >= maxRunsWaiting) {
          await settle(run, {
            state: 'failed',
            error: 'The server was stopped while these minutes were made. Make them again.',
          });
          continue;
        }
        runs.set(row.meetingId, run);
        await repository.update(row.id, { error: again });
        row.error = again;
        schedule(run, template, engine);
      }
    },

    /** Resolves once nothing is being made. */
    idle: () => queue.idle(),

    /** Ends what is under way; the next start takes it up again. */
    async stop(): Promise<void> {
      stopped = true;
      for (const { stop } of runs.values()) stop.abort();
      await queue.idle();
    },
  };
}
