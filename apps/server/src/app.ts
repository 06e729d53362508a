import { existsSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EngineStatus } from '@hansard/protocol';
import type { Logger } from 'pino';
import { createMemoryBus } from './adapters/bus/index.ts';
import { openSqlite } from './adapters/database/index.ts';
import { createFileObjects } from './adapters/objects/index.ts';
import { captureRoutes, createCapture, openJournal, registerCaptureSocket } from './capture/index.ts';
import type { Config } from './config.ts';
import { createHttpServer, createSocketServer, transportOf } from './http/index.ts';
import { ownerActor } from './identity/index.ts';
import { createMeetings, meetingRoutes } from './meetings/index.ts';
import { createMinutes, createMinutesEngines, minutesRoutes } from './minutes/index.ts';
import { createMetrics, operationsRoutes, readHealth } from './operations/index.ts';
import { createTranscript, registerTranscriptSocket, transcriptRoutes } from './transcript/index.ts';
import {
  chooseEngine,
  createSpeechGate,
  createTranscription,
  findOnMachine,
  setUpLocalEngine,
  transcriptionRoutes,
} from './transcription/index.ts';

export interface App {
  /** Takes up what a crash left, begins to serve, and gives the address. */
  listen(): Promise<string>;
  engines(): EngineStatus[];
  /** In the background, where no speech engine was found and one may be fetched. */
  setUpEngine(say: (line: string) => void): void;
  /** Answers what is under way and lets go of everything. */
  drain(): Promise<void>;
}

/** Everything is put together here. A second of speech goes down this page: capture, transcription, transcript, minutes. */
export async function createApp(config: Config, log: Logger): Promise<App> {
  let phase: 'starting' | 'ready' | 'draining' = 'starting';
  const database = openSqlite(config.databaseFile);
  const objects = createFileObjects(config.objectsDir);
  const journal = await openJournal({
    dir: config.journalDir,
    maxFileBytes: config.capture.journalFileBytes,
    maxInFlightBytes: config.capture.maxBytesInFlight,
    log,
  });
  const bus = createMemoryBus({ onListenerError: (error) => log.error({ err: error }, 'a bus listener failed') });

  const capture = createCapture({
    database,
    journal,
    objects,
    log,
    maxChunkMs: config.capture.maxChunkMs,
    maxPartBytes: config.capture.partMaxBytes,
    maxPartMs: config.capture.partMaxMs,
    onChunks: () => transcription.look(),
    onTrackChanged: refreshMeeting,
  });

  const transcription = createTranscription({
    database,
    gate: createSpeechGate({ enabled: config.speechGate, vadModelFile: config.transcription.vadModelFile }),
    readChunkAudio: capture.readChunkAudio,
    appendSegments: (trx, input) => transcript.appendSegments(trx, input),
    onSegments: (segments) => transcript.publish(segments),
    onChunkSettled: refreshMeeting,
    log,
    language: config.transcription.language,
  });

  const transcript = createTranscript({
    database,
    bus,
    log,
    latestMinutes: (meetingId) => minutes.latest(ownerActor, meetingId).catch(() => null),
  });

  const minutesEngines = createMinutesEngines(config.minutes);
  const minutes = createMinutes({
    database,
    engines: minutesEngines,
    readTranscript: transcript.readTranscript,
    publish: (meetingId, made) => {
      bus.publish(meetingId, { type: 'minutes', minutes: made });
      if (made.state !== 'running') refreshMeeting(meetingId);
    },
    log,
  });

  const meetings = createMeetings({
    database,
    bus,
    log,
    liveTrack: capture.liveTrack,
    closeTracks: capture.endMeeting,
    deleteAudio: capture.deleteAudio,
    startMinutes: minutes.onMeetingProcessed,
  });

  function refreshMeeting(meetingId: string): void {
    meetings.refresh(meetingId).catch((error: unknown) => log.error({ err: error, meetingId }, 'a refresh failed'));
  }

  const engines = (): EngineStatus[] => [...transcription.engines(), ...minutesEngines.statuses()];
  const connections = (): number => sockets.engine.clientsCount;
  const metrics = createMetrics({ connections, capture: capture.stats });
  const activeEngine = () => transcription.engines().find(({ active }) => active);
  const webDir = join(import.meta.dirname, '../../web/dist');
  const http = await createHttpServer({
    log,
    webDir: existsSync(join(webDir, 'index.html')) ? webDir : null,
    api: [
      meetingRoutes(meetings),
      transcriptRoutes(transcript),
      captureRoutes(capture),
      transcriptionRoutes({ transcription, engines }),
      minutesRoutes(minutes),
    ],
    operations: operationsRoutes({
      metrics: metrics.registry,
      isReady: () => phase === 'ready',
      health: () =>
        readHealth({
          isDraining: () => phase === 'draining',
          connections,
          capture: capture.stats,
          engine: () => ({ name: activeEngine()?.name ?? 'none', state: activeEngine()?.state ?? 'missing' }),
        }),
    }),
  });
  const sockets = createSocketServer(http.server, log);
  sockets.on('connection', (socket) => {
    registerCaptureSocket(socket, capture, { actor: ownerActor, transport: transportOf(socket), log });
    registerTranscriptSocket(socket, { transcript, meetings, actor: ownerActor, log });
  });

  const found = () => findOnMachine(config.transcription);
  await transcription.setEngine(chooseEngine(config.transcription, await found()));

  return {
    engines,
    async listen() {
      await http.listen({ port: config.port, host: config.host });
      await capture.recover();
      await transcription.start();
      await minutes.recover();
      await meetings.recover();
      phase = 'ready';
      const { port } = http.server.address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      return `http://${host}:${port}`;
    },
    setUpEngine(say) {
      if (activeEngine() || config.transcription.engine !== 'auto' || !config.transcription.setUp) return;
    },
    async drain() {
      phase = 'draining';
      await capture.drain();
      await transcription.drain();
      await minutes.stop();
      const closed = once(http.server, 'close');
      await sockets.close();
      await http.close();
      await closed;
      await journal.close();
      await database.destroy();
    },
  };
}
