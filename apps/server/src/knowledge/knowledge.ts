import type { Reservation } from '@hansard/headroom';
import type { EngineStatus } from '@hansard/protocol';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Bus } from '../adapters/bus/index.ts';
import type { Database } from '../adapters/database/index.ts';
import type { Objects } from '../adapters/objects/index.ts';
import { answerRoutes, createAnswerEngines, createAnswers, type AnswersConfig } from './answers/index.ts';
import { createDocuments, documentRoutes } from './documents/index.ts';
import { chooseEmbedModel, createEmbeddings, embeddingStatuses, type EmbeddingsConfig } from './embeddings/index.ts';
import { createParser } from './parsing/index.ts';
import { createRooms, type ReadTranscript } from './rooms/index.ts';
import { createSharing, type Alerts, type RoomsStore, type SharingStatus } from './shared/index.ts';

/** What an operator may say about documents and answers. */
export interface KnowledgeConfig {
  /** Of documents while they are received and read, and of rooms. */
  incomingDir: string;
  roomsDir: string;
  maxDocumentBytes: number;
  parsersAtOnce: number;
  /** Of a number in a room's vectors. */
  vectorBits: 4 | 8;
  embeddings: EmbeddingsConfig;
}

export interface KnowledgeOptions {
  config: KnowledgeConfig;
  answers: AnswersConfig;
  database: Database;
  objects: Objects;
  bus: Bus;
  readTranscript: ReadTranscript;
  isLive: (meetingId: string) => boolean;
  /** Waits until memory bears a parser, and gives how to say that it is over. */
  admitParser: (signal: AbortSignal) => Promise<() => void>;
  /** For all rooms together. */
  roomsBytes: number;
  /** Promises memory for a room, or throws a `MemoryPressureError`. */
  reserveRoom: (bytes: number) => Reservation;
  /** How long a cold room took. */
  onRoomActivated?: (ms: number) => void;
  /** Of rooms shared with other instances; none for an instance by itself. */
  sharing?: { store: RoomsStore; secret: string; alerts: Alerts };
  log: Logger;
}

export type Knowledge = ReturnType<typeof createKnowledge>;

/** From documents to answers: files are parsed and embedded, their passages lie in rooms, questions are asked of those. */
export function createKnowledge(options: KnowledgeOptions) {
  const { config, database, objects, bus, log } = options;
  const embeddings = createEmbeddings({
    database,
    model: chooseEmbedModel(config.embeddings),
    requestsPerMinute: config.embeddings.requestsPerMinute,
    maxCacheBytes: config.embeddings.maxCacheBytes,
    log,
  });
  const sharing = options.sharing && createSharing({ ...options.sharing, database, log });
  const rooms = createRooms({
    dir: config.roomsDir,
    database,
    embeddings,
    readTranscript: options.readTranscript,
    isLive: options.isLive,
    budgetBytes: options.roomsBytes,
    reserve: options.reserveRoom,
    bits: config.vectorBits,
    ...(options.onRoomActivated && { onActivated: options.onRoomActivated }),
    ...(sharing && { copies: sharing.copies, onSaved: sharing.onSaved }),
    log,
  });
  const documents = createDocuments({
    database,
    objects,
    bus,
    parse: createParser({ maxFileBytes: config.maxDocumentBytes }),
    embeddings,
    rooms,
    incomingDir: config.incomingDir,
    maxBytes: config.maxDocumentBytes,
    parsersAtOnce: config.parsersAtOnce,
    admitParser: options.admitParser,
    log,
  });
  const answerEngines = createAnswerEngines(options.answers);
  const answers = createAnswers({
    database,
    search: rooms.search,
    ...(sharing && { copyOf: rooms.copyOf }),
    embedQuestion: embeddings.ofQuestion,
    engine: answerEngines.active,
    log,
  });
  const stopListening = bus.subscribe((_, event) => {
    if (event.type !== 'segment') return;
    rooms.onSegments([event.segment]);
    sharing?.onChanged(event.segment.meetingId);
  });
  const routes: readonly FastifyPluginAsync[] = [
    documentRoutes(documents, { maxBytes: config.maxDocumentBytes }),
    answerRoutes(answers, sharing?.toOwner),
  ];

  return {
    routes,
    rooms,
    engines: (): EngineStatus[] => [...answerEngines.statuses(), ...embeddingStatuses(config.embeddings, embeddings)],

    /** Call when a meeting has ended and its text is whole. */
    onMeetingProcessed(meetingId: string): void {
      rooms.onMeetingEnded(meetingId).catch((error: unknown) => {
        log.warn({ err: error, meetingId }, 'a room could not be brought up to the end of its meeting');
      });
    },

    /** Call before a meeting's rows go. */
    async onMeetingDeleted(meetingId: string): Promise<void> {
      await documents.onMeetingDeleted(meetingId);
      await sharing?.onDeleted(meetingId);
    },

    /** Call once questions are answered at the URL: from then on rooms are shared, if they are to be. */
    share: (url: string): void => sharing?.start(url, rooms),
    /** Null for an instance by itself. */
    sharingStatus: (): SharingStatus | null => sharing?.status() ?? null,

    /** Takes up what an earlier process left. */
    async recover(): Promise<void> {
      await documents.recover();
      rooms.sweep().catch((error: unknown) => log.warn({ err: error }, 'files of rooms could not be swept'));
    },

    async stop(): Promise<void> {
      stopListening();
      await documents.stop();
      await rooms.close();
      await sharing?.close();
    },
  };
}
