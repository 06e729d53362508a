import type { AskReply, PassageHit } from '@hansard/protocol';
import type { Logger } from 'pino';
import type { Database } from '../../adapters/database/index.ts';
import type { TextEngine } from '../../adapters/models/generate/index.ts';
import { AppError } from '../../errors.ts';
import { requireRight, type Actor } from '../../identity/index.ts';
import type { Embeddings, Rooms } from '../contract.ts';
import { composeAnswer } from './compose.ts';
import { findMeetings } from './find-meetings.ts';
import { answerLimits } from './limits.ts';
import { createAnswersRepository, type AnsweringMeeting } from './repository.ts';
import { rankTogether, sourcesOf, sourcesOfCopy, spread, toPassageHit, type FoundSource } from './retrieve.ts';

/** A meeting that another instance's database has, as far as its room says. */
export interface MeetingCopy {
  workspaceId: string;
  title: string;
  documents: Readonly<Record<string, string>>;
}

interface AskedMeeting extends AnsweringMeeting {
  /** Where its rows are elsewhere. */
  copy?: MeetingCopy;
}

export interface AnswersOptions {
  database: Database;
  search: Rooms['search'];
  /** For a meeting that isn't in the database; rejects with `NOT_FOUND` where it isn't shared either. */
  copyOf?: (meetingId: string) => Promise<MeetingCopy | null>;
  embedQuestion: Embeddings['ofQuestion'];
  /** Null where answers are quotes. */
  engine: TextEngine | null;
  log: Logger;
}

export interface AskOptions {
  signal: AbortSignal;
  /** Gets the answer in pieces while it is written. */
  onText?: (text: string) => void;
}

export type Answers = ReturnType<typeof createAnswers>;

/** Passages for a question, and answers made of them. Everything rejects with the signal's reason once that is aborted. */
export function createAnswers({ database, search, copyOf, embedQuestion, engine, log }: AnswersOptions) {
  const repository = createAnswersRepository(database);

  async function meetingOf(actor: Actor, meetingId: string): Promise<AskedMeeting> {
    requireRight(actor, 'read');
    const meeting = await repository.meeting(actor.workspaceId, meetingId);
    if (meeting) return meeting;
    const copy = await copyOf?.(meetingId);
    if (copy?.workspaceId !== actor.workspaceId) throw new AppError('NOT_FOUND', 'There is no such meeting.');
    return { id: meetingId, title: copy.title, copy };
  }

  async function find(
    meeting: AskedMeeting,
    { text, vector, k }: { text: string; vector: Float32Array | null; k: number },
    signal: AbortSignal,
  ): Promise<FoundSource[]> {
    const { hits } = await search(meeting.id, { text, vector, k: k + answerLimits.extraHits });
    signal.throwIfAborted();
    const best = spread(hits).slice(0, k);
    const { copy } = meeting;
    return copy ? sourcesOfCopy(meeting, copy.documents, best) : sourcesOf(repository, meeting, best);
  }

  async function answer(
    question: string,
    found: readonly FoundSource[],
    { signal, onText = () => {} }: AskOptions,
    about: { meetingId?: string; meetings: number },
  ): Promise<AskReply> {
    signal.throwIfAborted();
    const reply = await composeAnswer(
      question,
      found.map(({ source }) => source),
      {
        engine,
        signal,
        onText,
        onFailure: (error) => log.warn({ err: error, ...about }, 'quotes stand in for the model that answers'),
      },
    );
    const { answered, citations } = reply;
    log.debug({ ...about, answered, engine: reply.engine, citations: citations.length }, 'a question was asked');
    return reply;
  }

  return {
    /** The passages that fit best; no language model is asked. */
    async passages(
      actor: Actor,
      meetingId: string,
      { q, k }: { q: string; k: number },
      signal: AbortSignal,
    ): Promise<PassageHit[]> {
      const meeting = await meetingOf(actor, meetingId);
      const found = await find(meeting, { text: q, vector: await embedQuestion(q, signal), k }, signal);
      return found.map(toPassageHit);
    },

    async ask(actor: Actor, meetingId: string, question: string, options: AskOptions): Promise<AskReply> {
      const { signal } = options;
      const meeting = await meetingOf(actor, meetingId);
      const vector = await embedQuestion(question, signal);
      const found = await find(meeting, { text: question, vector, k: answerLimits.maxSources }, signal);
      return answer(question, found, options, { meetingId, meetings: 1 });
    },

    /** Of all meetings of the workspace: those whose text has words of the question are searched, one after another. */
    async askAll(actor: Actor, question: string, options: AskOptions): Promise<AskReply> {
      requireRight(actor, 'read');
      const { signal } = options;
      const meetings = await findMeetings(repository, question, actor.workspaceId);
      const vector = meetings.length > 0 ? await embedQuestion(question, signal) : null;
      const rooms: FoundSource[][] = [];
      let refusal: unknown = null;
      for (const meeting of meetings) {
        signal.throwIfAborted();
        try {
          rooms.push(await find(meeting, { text: question, vector, k: answerLimits.maxSourcesPerMeeting }, signal));
        } catch (error) {
          // What there is no room for in memory, or was deleted meanwhile, does not keep the others from answering.
          if (!(error instanceof AppError)) throw error;
          refusal = error;
          log.warn({ code: error.code, meetingId: meeting.id }, 'a meeting was left out of a question to all');
        }
      }
      if (rooms.length === 0 && refusal !== null) throw refusal;
      const found = rankTogether(question, rooms).slice(0, answerLimits.maxSources);
      return answer(question, found, options, { meetings: rooms.length });
    },
  };
}
