import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DocumentRow } from '../../adapters/database/index.ts';
import { EngineError } from '../../adapters/models/transcribe/index.ts';
import { AppError } from '../../errors.ts';
import type { PacedEmbeddings } from '../embeddings/index.ts';
import { leftOutOrNull, type LeftOut } from './left-out.ts';
import { documentLimits } from './limits.ts';
import type { DocumentsRepository } from './repository.ts';
import type { RoomWriter } from './room-writer.ts';
import type { InTurn } from './turns.ts';

interface ReEmbeddingOptions {
  repository: DocumentsRepository;
  embeddings: PacedEmbeddings;
  roomWriter: RoomWriter;
  inTurn: InTurn;
  publish: (row: DocumentRow) => void;
  /** Whether documents are being taken in: those go first. */
  isBusy: () => boolean;
  log: Logger;
}

/**
 * In the background, a meeting at a time: gives vectors to documents for which there were none, and the present model's to
 * rooms of another. The room takes them in when one of its documents is written again, its transcript included.
 */
export function createReEmbedding(options: ReEmbeddingOptions) {
  const { repository, embeddings, roomWriter, inTurn, publish, isBusy, log } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let working: Promise<void> = Promise.resolve();

  async function* meetings(model: string): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const ids = await repository.roomsOfOtherModels(model, after);
      yield* ids;
      if (ids.length === 0) break;
      after = ids.at(-1)!;
    }
    for (let after = ''; ;) {
      const rows = await repository.readyAfter(after);
      yield* new Set(rows.filter(lacksVectors).map(({ meetingId }) => meetingId));
      if (rows.length === 0) return;
      after = rows.at(-1)!.id;
    }
  }

  /** Gives how many passages have vectors now. */
  async function embedMeeting(meetingId: string): Promise<number> {
    let count = 0;
    let isTold = false;
    const rows = (await repository.list(meetingId)).filter(({ state }) => state === 'ready');
    for (const row of rows) await roomWriter.vectorsOf(embeddings, await repository.passagesOf(row.id), { signal });
    for (const row of rows) {
      await inTurn(meetingId, async () => {
        const passages = await repository.passagesOf(row.id);
        // It may have been deleted meanwhile.
        if (passages.length === 0) return;
        if (!isTold) {
          const vectors = await roomWriter.vectorsOf(embeddings, passages, { signal });
          await roomWriter.write(row, { passages, vectors }, signal);
          isTold = true;
        }
        count += passages.length;
        if (!lacksVectors(row)) return;
        const leftOut = leftOutOrNull({ ...(JSON.parse(row.leftOut!) as LeftOut), withoutVectors: false });
        const changed = await repository.setLeftOut(row.id, leftOut && JSON.stringify(leftOut));
        if (changed) publish(changed);
      });
    }
    return count;
  }

  async function round(model: string): Promise<void> {
    let done = 0;
    for await (const meetingId of meetings(model)) {
      while (isBusy() || embeddings.resting()) await sleepFor(documentLimits.reEmbedPauseMs, undefined, { signal });
      try {
        const passages = await embedMeeting(meetingId);
        done += 1;
        log.info({ meetingId, model, passages, meetings: done }, 'a meeting’s documents were embedded');
      } catch (error) {
        signal.throwIfAborted();
        // The model rests, or memory has no room for this one: later.
        if (!(error instanceof EngineError || error instanceof AppError)) throw error;
        log.warn({ err: error, meetingId }, 'a meeting’s documents could not be embedded yet');
      }
    }
  }

  async function work(model: string): Promise<void> {
    while (!signal.aborted) {
      try {
        await round(model);
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, 'embedding in the background failed');
      }
      await sleepFor(documentLimits.reEmbedEveryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  return {
    /** Looks now and every few minutes, where there is a model. */
    start(): void {
      if (embeddings.model) working = work(embeddings.model.id);
    },
    async stop(): Promise<void> {
      stop.abort();
      await working;
    },
  };
}

function lacksVectors({ leftOut }: Pick<DocumentRow, 'leftOut'>): boolean {
  return leftOut !== null && (JSON.parse(leftOut) as LeftOut).withoutVectors;
}
