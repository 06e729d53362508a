import { existsSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { collectGarbage, type Sensors } from '@hansard/headroom';
import { registerMetrics } from '@hansard/headroom/prometheus';
import type { EngineStatus } from '@hansard/protocol';
import type { Logger } from 'pino';
import { createMemoryBus } from './adapters/bus/index.ts';
import { openSqlite, shrinkMemory } from './adapters/database/index.ts';
import { cacheSizes, createFileObjects } from './adapters/objects/index.ts';
import { captureRoutes, createCapture, openJournal, registerCaptureSocket, toOgg } from './capture/index.ts';
import type { Config } from './config.ts';
import { bytesPerTrack, createGovernance, recentLinesMs } from './governance/index.ts';
import { createHttpServer, createSocketServer, transportOf } from './http/index.ts';
import { ownerActor, systemActor } from './identity/index.ts';
import { createKnowledge, openRedisStore } from './knowledge/index.ts';
import { createMeetings, meetingRoutes } from './meetings/index.ts';
import { createMinutes, createMinutesEngines, minutesRoutes } from './minutes/index.ts';
import {
  createMetrics,
  openMemory,
  operationsRoutes,
  pipelineLogRoutes,
  readHealth,
  type PipelineLog,
} from './operations/index.ts';
import {
  createExports,
  createRecentLines,
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
  /** What the process may take, in bytes, and what says so. */
  memory(): { limitBytes: number; from: 'setting' | 'container' | 'machine' };
  /** In the background, where no speech engine was found and one may be fetched. */
  setUpEngine(say: (line: string) => void): void;
  /** Answers what is under way and lets go of everything. */
  drain(): Promise<void>;
}

interface AppOptions {
  /** What happened to each meeting; null where it isn't kept. */
  pipelineLog?: PipelineLog | null;
  /** Ends the process so that it is started again: an emergency of memory does not yield. */
  restart?: () => void;
  /** What measures memory; this process, where none are given. */
  sensors?: Sensors;
}

const linesPerPage = 500;

/** Everything is put together here. A second of speech goes down this page: capture, transcription, transcript, minutes. */
export async function createApp(config: Config, log: Logger, options: AppOptions = {}): Promise<App> {
  const { pipelineLog = null, restart = () => {}, sensors } = options;
  let phase: 'starting' | 'ready' | 'draining' = 'starting';
  const governance = createGovernance(config, log, { restart, sensors });
  const { caches, features } = governance;
  const database = openSqlite(config.databaseFile, (ms) => metrics.observeQuery(ms));
  const objects = cacheSizes(createFileObjects(config.objectsDir), caches.objectSizes);
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
    admit: (meetingId) => meetings.live.admit(meetingId),
    onChunks: (meetingIds) => {
      for (const meetingId of meetingIds) log.debug({ meetingId }, 'chunks were cut');
      transcription.look();
    },
    onTrackChanged: (meetingId) => {
      log.debug({ meetingId }, 'a track was opened, closed or cut off');
      refreshMeeting(meetingId);
    },
  });

  const gate = config.speechGate ? createSpeechGate(config.transcription) : createOpenGate();
  const transcription = createTranscription({
    database,
    gate,
    withChunkAudio: capture.withChunkAudio,
    appendSegments: (trx, input) => transcript.appendSegments(trx, input),
    onSegments: (segments) => {
      metrics.segments.inc(segments.length);
      transcript.publish(segments);
    },
    onChunkSettled: ({ meetingId, outcome, ms, engine, engineMs, ...chunk }) => {
      metrics.chunkSeconds.observe({ outcome }, ms / 1000);
      if (engineMs !== null) metrics.engineSeconds.observe({ engine }, engineMs / 1000);
      log.debug({ meetingId, ...chunk, outcome, engine, ms, engineMs }, 'a chunk was settled');
      refreshMeeting(meetingId);
    },
    maxAtOnce: governance.maxChunksAtOnce,
    log,
    language: config.transcription.language,
  });

  const transcript = createTranscript({
    database,
    bus,
    admit: (meetingId) => meetings.live.admit(meetingId),
    recent: createRecentLines({
      store: caches.recentLines,
      maxBytes: config.meetings.bufferBytes,
      maxAgeMs: recentLinesMs,
    }),
    onMeetingChanged: (meetingId) => meetings.refresh(meetingId),
  });

  const minutesEngines = createMinutesEngines(config.minutes);
  const minutes = createMinutes({
    database,
    engines: minutesEngines,
    readTranscript: (meetingId) => inPages(transcript.readTranscript(meetingId)),
    publish: (meetingId, made) => {
      bus.publish(meetingId, { type: 'minutes', minutes: made });
      if (made.state === 'running') return;
      metrics.minutes.inc({ outcome: made.state });
      log.debug({ meetingId, minutesId: made.id, outcome: made.state, engine: made.engine }, 'minutes are over');
      refreshMeeting(meetingId);
    },
    results: {
      get: (key) => caches.minutes.get(key),
      set: (key, body) => features.resultCache.on && caches.minutes.set(key, body),
    },
    admit: governance.admitMinutes,
    log,
  });

  const { sharing } = config;
  const knowledge = createKnowledge({
    ...(sharing && {
      sharing: {
        store: await openRedisStore(sharing.redisUrl, log),
        secret: sharing.secret,
        alerts: governance.governor.alerts,
      },
    }),
    config: config.knowledge,
    answers: config.answers,
    database,
    objects,
    bus,
    readTranscript: (meetingId) => inPages(transcript.readTranscript(meetingId)),
    isLive: (meetingId) => meetings.live.has(meetingId),
    admitParser: governance.admitParser,
    roomsBytes: governance.roomsBytes,
    reserveRoom: governance.reserveRoom,
    onRoomActivated: (ms) => metrics.roomSeconds.observe(ms / 1000),
    log,
  });

  const meetings = createMeetings({
    database,
    bus,
    log,
    liveTrack: capture.liveTrack,
    closeTracks: capture.endMeeting,
    deleteAudio: async (meetingId) => {
      minutes.onMeetingDeleted(meetingId);
      await knowledge.onMeetingDeleted(meetingId);
      return capture.deleteAudio(meetingId);
    },
    startMinutes: (meetingId) => {
      knowledge.onMeetingProcessed(meetingId);
      return minutes.onMeetingProcessed(meetingId);
    },
    maxLiveMeetings: () => governance.maxLiveMeetings(meetings.live.size),
    idleMs: config.meetings.idleMs,
    sweepEveryMs: config.meetings.sweepEveryMs,
    onProcessed: (ms) => metrics.meetingSeconds.observe(ms / 1000),
  });

  const exportMeeting = createExports({
    getMeeting: meetings.get,
    readTranscript: transcript.readTranscript,
    latestMinutes: (meetingId) => minutes.latest(systemActor, meetingId).catch(() => null),
    admitWordFile: governance.admitWordFile,
  });

  function refreshMeeting(meetingId: string): void {
    meetings.refresh(meetingId).catch((error: unknown) => log.error({ err: error, meetingId }, 'a refresh failed'));
  }

  const engines = (): EngineStatus[] => [
    ...transcription.engines(),
    ...minutesEngines.statuses(),
    ...knowledge.engines(),
  ];
  const connections = (): number => sockets.engine.clientsCount;
  const liveMeetings = () => {
    const { size: active, waiting } = meetings.live;
    return { active, waiting, ...governance.capacity(active) };
  };
  /** What each live meeting takes by itself: its last lines, its tracks, and what waits for the disk. */
  function* heldByMeetings() {
    const held = capture.heldByMeetings();
    for (const id of meetings.live.ids()) {
      const { tracks = 0, bytesInFlight = 0 } = held.get(id) ?? {};
      const linesBytes = caches.recentLines.peek(id)?.bytes ?? 0;
      yield { id, tracks, bytes: linesBytes + tracks * bytesPerTrack + bytesInFlight };
    }
  }
  const queues = async () => ({ chunks: await transcription.waiting(), minutes: minutes.waiting() });
  const metrics = createMetrics({
    sockets: connections,
    connections: () => promisify(http.server.getConnections.bind(http.server))(),
    capture: capture.stats,
    meetings: liveMeetings,
    meetingBufferBytes: () => caches.recentLines.bytes,
    queues,
    rooms: knowledge.rooms.stats,
    ...(sharing && { sharing: knowledge.sharingStatus }),
  });
  registerMetrics(metrics.registry, governance.governor);
  const memory = await openMemory({
    dir: config.dataDir,
    hasDrills: config.memory.drill,
    restartAfterMs: config.memory.restartAfterMs,
    governor: governance.governor,
    isGoverned: config.memory.isGoverned,
    limitBytes: governance.limit.limitBytes,
    capacity: governance.capacity,
    meetings: meetings.live,
    heldByMeetings,
    residentRooms: knowledge.rooms.resident,
    evictRoom: knowledge.rooms.evict,
    titlesOf: meetings.titlesOf,
    queues,
    engines,
    log,
  });
  const activeEngine = () => transcription.engines().find(({ active }) => active);
  const webDir = join(import.meta.dirname, '../../web/dist');
  const http = await createHttpServer({
    log,
    gate: governance.gate,
    webDir: existsSync(join(webDir, 'index.html')) ? webDir : null,
    api: [
      meetingRoutes(meetings),
      transcriptRoutes(transcript, exportMeeting),
      captureRoutes(capture),
      transcriptionRoutes({ transcription, listEngines: engines, toOgg }),
      minutesRoutes(minutes),
      ...knowledge.routes,
      pipelineLogRoutes(pipelineLog, meetings.get),
      memory.routes,
    ],
    operations: operationsRoutes({
      metrics: metrics.registry,
      isReady: () => phase === 'ready',
      health: () =>
        readHealth({
          isDraining: () => phase === 'draining',
          governor: governance.governor,
          meetings: liveMeetings,
          connections,
          capture: capture.stats,
          rooms: () => knowledge.rooms.stats().resident,
          sharing: knowledge.sharingStatus,
          engine: () => ({ name: activeEngine()?.name ?? 'none', state: activeEngine()?.state ?? 'missing' }),
        }),
    }),
  });
  const sockets = createSocketServer(http.server, log);
  // Of these there is one for all sockets.
  const recording = { capture, actor: ownerActor, transportOf, log };
  const watching = {
    transcript,
    getMeeting: meetings.get,
    admit: governance.classes.reading.run,
    actor: ownerActor,
    log,
  };
  sockets.on('connection', (socket) => {
    registerCaptureSocket(socket, recording);
    registerTranscriptSocket(socket, watching);
  });

  const stopFanOut = fanOutMeetings(sockets, bus);

  const { dataDir } = config;
  const chooseFound = async () => chooseEngine(config.transcription, await findOnMachine({ dataDir, run: runProgram }));
  await transcription.setEngine(await chooseFound());
  const setUp = new AbortController();

  return {
    engines,
    memory: () => governance.limit,
    async listen() {
      await http.listen({ port: config.port, host: config.host });
      const { port } = http.server.address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      const url = `http://${host}:${port}`;
      // Before anything is recovered: who can be asked already asks the owner of a room.
      knowledge.share(sharing?.instanceUrl ?? url);
      await capture.recover();
      await transcription.start();
      await minutes.recover();
      await meetings.recover();
      await knowledge.recover();
      phase = 'ready';
      // Reading the code leaves more garbage than the idle server holds: it is let go before memory is governed.
      collectGarbage();
      governance.start({
        connections,
        liveTracks: () => capture.stats().liveTracks,
        spareBufferBytes: () => capture.stats().spareBufferBytes,
        journal: () => capture.stats().journal,
        pipelineLogBytes: () => pipelineLog?.bytes ?? 0,
        shrinkDatabase: () => void shrinkMemory(database).catch(() => {}),
        slowDown: capture.pressure.setShortOfMemory,
        rooms: knowledge.rooms.response,
        lookForChunks: transcription.look,
      });
      memory.start();
      return url;
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
      await knowledge.stop();
      meetings.stop();
      stopFanOut();
      await memory.close();
      governance.stop();
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
