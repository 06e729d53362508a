import { ClientError } from '../client-error.ts';
import { createListeners } from '../listeners.ts';
import type { Spool } from '../spool/contract.ts';
import type { Uploader } from '../upload/uploader.ts';
import { chooseEncoding } from './encoding/choose.ts';
import type { OpenEncoding } from './encoding/contract.ts';
import { createLevelMeter, type LevelMeter } from './level-meter.ts';
import { toMediaError } from './media-errors.ts';
import { openMicrophone, openTab, type AudioProcessing, type Source, type SourceKind } from './sources.ts';
import { createTrackRecorder, type RecordedTrack, type TrackRecorder } from './track-recorder.ts';
import { keepScreenOn } from './wake-lock.ts';

export type RecorderState =
  | { kind: 'idle' }
  /** The browser asks the person for permission. */
  | { kind: 'starting' }
  | { kind: 'recording'; tracks: readonly RecordedTrack[] }
  /** Silence is recorded. */
  | { kind: 'paused'; tracks: readonly RecordedTrack[] }
  | { kind: 'stopping'; tracks: readonly RecordedTrack[] }
  /** All that was recorded is in the spool; the uploader's status says what of it is on the server. */
  | { kind: 'stopped'; tracks: readonly RecordedTrack[] }
  /** It stopped by itself and kept all it had. `start()` goes on in new tracks that continue these. */
  | {
      kind: 'interrupted';
      reason: 'device-lost' | 'spool-full' | 'failed';
      error: ClientError;
      tracks: readonly RecordedTrack[];
    }
  /** It did not begin. */
  | { kind: 'failed'; error: ClientError };

export interface RecorderOptions {
  meetingId: string;
  source: 'microphone' | 'tab' | 'both';
  deviceId?: string;
  /** Who speaks into the microphone. */
  participant?: string;
  uploader: Uploader;
  spool: Spool;
  sliceMs?: number;
  /** Under 32 kbit/s recognition suffers. */
  bitsPerSecond?: number;
  audioProcessing?: AudioProcessing;
}

export interface StartOptions {
  /** The track of an earlier visit that this recording goes on from. */
  continues?: string;
  /** Another microphone than before. */
  deviceId?: string;
}

export interface Recorder {
  state(): RecorderState;
  subscribe(listener: () => void): () => void;
  /** Asks for permission and records. Call it from a click. What goes wrong is in the state, too. */
  start(options?: StartOptions): Promise<void>;
  pause(): void;
  resume(): void;
  /** Resolves once all is in the spool. */
  stop(): Promise<void>;
  /** 0 to 1; 0 while nothing is recorded. */
  level(): number;
  /** How long the recording is, pauses included. */
  capturedMs(): number;
  /** Bytes of audio in this page's memory, the uploader's included. */
  heldBytes(): number;
}

/** Records a microphone, a tab or both, each as one unbroken track, into the spool and so to the server. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { meetingId, source: wanted, participant, uploader, spool, audioProcessing } = options;
  const { sliceMs = 250, bitsPerSecond = 32_000 } = options;
  const listeners = createListeners<void>();
  let state: RecorderState = { kind: 'idle' };
  let recorders: readonly TrackRecorder[] = [];
  let meter: LevelMeter | null = null;
  let letScreenGo = () => {};
  let unsubscribeSpool = () => {};

  const enter = (next: RecorderState) => {
    state = next;
    listeners.tell();
  };
  const tracks = () => recorders.map((recorder) => recorder.recorded());
  const isRunning = () => state.kind === 'recording' || state.kind === 'paused';

  /** Ends all tracks; the last slices go into the spool. */
  const end = async () => {
    enter({ kind: 'stopping', tracks: tracks() });
    unsubscribeSpool();
    meter?.close();
    meter = null;
    letScreenGo();
    await Promise.all(recorders.map((recorder) => recorder.stop()));
  };
  /** Ends, and says how it came out: where even that fails, what the spool has is still kept. */
  const endIn = async (outcome: () => RecorderState) => {
    try {
      await end();
      enter(outcome());
    } catch (cause) {
      enter({ kind: 'interrupted', reason: 'failed', error: asClientError(cause), tracks: tracks() });
    }
  };
  const interrupt = (reason: 'device-lost' | 'spool-full' | 'failed', error: ClientError) => {
    if (isRunning()) void endIn(() => ({ kind: 'interrupted', reason, error, tracks: tracks() }));
  };
  const spoolIsFull = (cause?: unknown) =>
    interrupt(
      'spool-full',
      new ClientError('SPOOL_FULL', 'This device has no more room for audio. Recording stopped.', cause),
    );

  const openSources = async (deviceId: string | undefined): Promise<Source[]> => {
    // The tab first: it needs the click, which a question about the microphone would use up.
    const tab = wanted === 'microphone' ? null : await openTab();
    if (wanted === 'tab') return [tab!];
    try {
      const microphone = await openMicrophone(deviceId, audioProcessing);
      return tab ? [microphone, tab] : [microphone];
    } catch (error) {
      tab?.close();
      throw error;
    }
  };

  const prepare = async (
    source: Source,
    openEncoding: OpenEncoding,
    continues: string | null,
  ): Promise<TrackRecorder> => {
    const trackId = crypto.randomUUID();
    const { kind } = source;
    const recorder = await createTrackRecorder({
      source,
      openEncoding,
      trackId,
      uploader,
      sliceMs,
      bitsPerSecond,
      onEnded: () => interrupt('device-lost', deviceLost(kind)),
      onFailed: (error) => (error.code === 'SPOOL_FULL' ? spoolIsFull(error) : interrupt('failed', error)),
    });
    const name = kind === 'microphone' ? (participant ?? null) : null;
    const startedAtMs = Date.now();
    const { mimeType } = recorder;
    try {
      await uploader.start({ trackId, meetingId, kind, mimeType, participant: name, startedAtMs, continues });
    } catch (error) {
      await recorder.abandon();
      throw error;
    }
    return recorder;
  };

  return {
    state: () => state,
    subscribe: (listener) => listeners.add(listener),

    async start({ continues, deviceId = options.deviceId } = {}) {
      if (isRunning() || state.kind === 'starting' || state.kind === 'stopping') return;
      const earlier = new Map<SourceKind, string>(recorders.map(({ kind, trackId }) => [kind, trackId]));
      enter({ kind: 'starting' });
      let sources: Source[] = [];
      const prepared: TrackRecorder[] = [];
      try {
        const openEncoding = await chooseEncoding();
        if ((await spool.usage()).level === 'full') {
          throw new ClientError(
            'SPOOL_FULL',
            'This device has no room for audio. Connect, so that it can be uploaded.',
          );
        }
        sources = await openSources(deviceId);
        const [first] = sources;
        for (const source of sources) {
          const before = source === first ? continues : undefined;
          prepared.push(await prepare(source, openEncoding, before ?? earlier.get(source.kind) ?? null));
        }
        for (const recorder of prepared) recorder.start();
        recorders = prepared;
      } catch (cause) {
        for (const source of sources) source.close();
        for (const { abandon, trackId } of prepared) {
          await abandon();
          await uploader.discard(trackId).catch(() => {});
        }
        const error = asClientError(cause);
        enter({ kind: 'failed', error });
        throw error;
      }
      meter = createLevelMeter(sources.map(({ stream }) => stream));
      letScreenGo = keepScreenOn();
      unsubscribeSpool = spool.subscribe(({ type }) => {
        if (type === 'SPOOL_FULL') spoolIsFull();
      });
      enter({ kind: 'recording', tracks: tracks() });
    },

    pause() {
      if (state.kind !== 'recording') return;
      for (const recorder of recorders) recorder.mute(true);
      enter({ kind: 'paused', tracks: tracks() });
    },
    resume() {
      if (state.kind !== 'paused') return;
      for (const recorder of recorders) recorder.mute(false);
      enter({ kind: 'recording', tracks: tracks() });
    },
    async stop() {
      if (isRunning()) await endIn(() => ({ kind: 'stopped', tracks: tracks() }));
    },
    level: () => meter?.level() ?? 0,
    capturedMs: () => Math.max(0, ...recorders.map((recorder) => recorder.capturedMs())),
    heldBytes: () => recorders.reduce((sum, recorder) => sum + recorder.waitingBytes(), uploader.heldBytes()),
  };
}

function deviceLost(kind: SourceKind): ClientError {
  return kind === 'microphone'
    ? new ClientError('NO_DEVICE', 'The microphone was unplugged. What was recorded is kept; choose one to go on.')
    : new ClientError('NO_DEVICE', 'The tab is no longer shared. What was recorded is kept; share it again to go on.');
}

function asClientError(error: unknown): ClientError {
  return toMediaError(error, 'microphone');
}
