import { existsSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EngineStatus } from '@hansard/protocol';
import type { Logger } from 'pino';
import { createMemoryBus } from './adapters/bus/index.ts';
import { openSqlite } from './adapters/database/index.ts';
import { createFileObjects } from './adapters/objects/index.ts';
import { captureRoutes, createCapture, openJournal, registerCaptureSocket, toOgg } from './capture/index.ts';
import type { Config } from './config.ts';
import { createHttpServer, createSocketServer, transportOf } from './http/index.ts';
import { ownerActor, systemActor } from './identity/index.ts';
import { createMeetings, meetingRoutes } from './meetings/index.ts';
import { createMinutes, createMinutesEngines, minutesRoutes } from './minutes/index.ts';
import { createMetrics, operationsRoutes, readHealth } from './operations/index.ts';
import {
  createExports,
  createTranscript,
  fanOutMeetings,
  registerTranscriptSocket,
  transcriptRoutes,
} from './transcript/index.ts';
import {
  chooseEngine,
  createOpenGate,
  createSpeechGate,
  createTranscription,
  findOnMachine,
  runProgram,
  setUpInBackground,
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

const linesPerPage = 500;

/** Everything is put together here. A second of speech goes down this page: capture, transcription, transcript, minutes. */
export async function createApp(config: Config, log: Logger): Promise<App> {
  let phase: 'starting' | 'ready' | 'draining' = 'starting';
  const database = openSqlite(config.databaseFile);
  const objects = createFileObjects(config.objectsDir);
  const journal = await openJournal({
    dir: config.journalDir,
    maxFileBytes: config.capture.journalFileBytes,
    maxTotalBytes: config.capture.journalMaxBytes,
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

  const gate = config.speechGate ? createSpeechGate(config.transcription) : createOpenGate();
  const transcription = createTranscription({
    database,
    gate,
    readChunkAudio: capture.readChunkAudio,
    appendSegments: (trx, input) => transcript.appendSegments(trx, input),
    onSegments: (segments) => {
      metrics.segments.inc(segments.length);
      transcript.publish(segments);
    },
    onChunkSettled: (meetingId) => {
      metrics.chunks.inc();
      refreshMeeting(meetingId);
    },
    log,
    language: config.transcription.language,
  });

  const transcript = createTranscript({
    database,
    bus,
    onMeetingChanged: (meetingId) => meetings.refresh(meetingId),
  });

  const minutesEngines = createMinutesEngines(config.minutes);
  const minutes = createMinutes({
    database,
    engines: minutesEngines,
    readTranscript: (meetingId) => inPages(transcript.readTranscript(meetingId)),
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
    deleteAudio: (meetingId) => {
      minutes.onMeetingDeleted(meetingId);
      return capture.deleteAudio(meetingId);
    },
    startMinutes: minutes.onMeetingProcessed,
  });

  const exportMeeting = createExports({
    getMeeting: meetings.get,
    readTranscript: transcript.readTranscript,
    latestMinutes: (meetingId) => minutes.latest(systemActor, meetingId).catch(() => null),
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
      transcriptRoutes(transcript, exportMeeting),
      captureRoutes(capture),
      transcriptionRoutes({ transcription, listEngines: engines, toOgg }),
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
    registerTranscriptSocket(socket, { transcript, getMeeting: meetings.get, actor: ownerActor, log });
  });

  const stopFanOut = fanOutMeetings(sockets, bus);

  const { dataDir } = config;
  const chooseFound = async () => chooseEngine(config.transcription, await findOnMachine({ dataDir, run: runProgram }));
  await transcription.setEngine(await chooseFound());
  const setUp = new AbortController();

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
      if (activeEngine() || config.transcription.engine !== 'auto') return;
      const { signal } = setUp;
      void setUpInBackground({ config: config.transcription, transcription, choose: chooseFound, say, log, signal });
    },
    async drain() {
      phase = 'draining';
      setUp.abort();
      await capture.drain();
      await transcription.drain();
      await gate.close();
      await minutes.stop();
      stopFanOut();
      const closed = once(http.server, 'close');
      await sockets.close();
      await http.close();
      await closed;
      await journal.close();
      await database.destroy();
    },
  };
}

/** Lines a page at a time, for what works on many at once. */
async function* inPages<T>(lines: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const line of lines) {
    page.push(line);
    if (page.length < linesPerPage) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
