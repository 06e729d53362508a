import type { Recorder, RecorderOptions, RecorderState } from '@hansard/client';
import { api, explain } from '../app/api.ts';
import { guardLeaving } from '../app/leave-guard.ts';
import { uploads } from '../app/uploads.ts';

export type Source = RecorderOptions['source'];
export type RecordingPhase = 'idle' | 'starting' | 'recording' | 'paused' | 'stopping';

export interface RecordingState {
  /** The meeting that is recorded, or was last. */
  meetingId: string | null;
  phase: RecordingPhase;
  /** Why it could not start or had to stop; null while all is well. */
  problem: string | null;
}

export interface RecordingWish {
  meetingId: string;
  source: Source;
  deviceId?: string | undefined;
  participant?: string | undefined;
  /** The track of an earlier visit that this recording goes on from. */
  continues?: string | undefined;
}

const listeners = new Set<() => void>();
let state: RecordingState = { meetingId: null, phase: 'idle', problem: null };
let recorder: Recorder | undefined;
/** What `recorder` was made for: an interrupted one goes on only with the same. */
let madeFor = '';

function set(change: Partial<RecordingState>): void {
  state = { ...state, ...change };
  guardLeaving('recording', state.phase !== 'idle');
  for (const listener of listeners) listener();
}

function follow(told: RecorderState): void {
  switch (told.kind) {
    case 'idle':
    case 'stopped':
      return set({ phase: 'idle' });
    case 'interrupted':
    case 'failed':
      return set({ phase: 'idle', problem: explain(told.error) });
    case 'starting':
    case 'recording':
    case 'paused':
    case 'stopping':
      return set({ phase: told.kind });
  }
}

const loadRecorder = () => import('./recorder.ts');

async function recorderFor({ meetingId, source, participant }: RecordingWish): Promise<Recorder> {
  const wanted = JSON.stringify([meetingId, source, participant]);
  if (recorder && wanted === madeFor && recorder.state().kind === 'interrupted') return recorder;
  const [{ createRecorder }, { uploader, spool }] = await Promise.all([loadRecorder(), uploads.open()]);
  const made = createRecorder({
    meetingId,
    source,
    uploader,
    spool,
    ...(participant !== undefined && { participant }),
  });
  made.subscribe(() => {
    if (made === recorder) follow(made.state());
  });
  recorder = made;
  madeFor = wanted;
  return made;
}

/**
 * The recording of this page. It belongs to no component: it goes on while other pages are looked at. What it records
 * is in the spool before it is anywhere else.
 */
export const recordingSession = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  getSnapshot: () => state,

  /** Fetches what recording needs ahead of the click, which then also works without a network. */
  prepare: async (): Promise<void> => {
    await loadRecorder();
  },

  /** Call it from a click: browsers ask for the microphone only then. What goes wrong is in the state. */
  start: async (wish: RecordingWish): Promise<void> => {
    if (state.phase !== 'idle') return;
    set({ meetingId: wish.meetingId, phase: 'starting', problem: null });
    const { deviceId, continues } = wish;
    try {
      const made = await recorderFor(wish);
      await made.start({ ...(deviceId !== undefined && { deviceId }), ...(continues !== undefined && { continues }) });
    } catch (error) {
      set({ phase: 'idle', problem: explain(error) });
    }
  },
  pause: () => recorder?.pause(),
  resume: () => recorder?.resume(),

  /** Ends the recording and, as soon as the server has every byte of it, the meeting. */
  stop: async (): Promise<void> => {
    const stopping = recorder;
    const { meetingId } = state;
    if (!stopping || meetingId === null) return;
    await stopping.stop();
    const stopped = stopping.state();
    if (stopped.kind === 'stopped')
      await recordingSession.finish(
        meetingId,
        stopped.tracks.map(({ trackId }) => trackId),
      );
  },

  /** Ends a meeting as soon as these tracks are saved, unless recording in it has begun again by then. */
  finish: async (meetingId: string, trackIds: readonly string[]): Promise<void> => {
    try {
      const { uploader } = await uploads.open();
      await Promise.all(trackIds.map((trackId) => uploader.whenSaved(trackId)));
      if (state.phase === 'idle' || state.meetingId !== meetingId) await api.endMeeting(meetingId);
    } catch (error) {
      set({ meetingId, problem: explain(error) });
    }
  },

  /** How loud it is now, 0 to 1. */
  level: () => recorder?.level() ?? 0,
};
