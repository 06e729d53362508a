import { endOf, nextStart, soundingAt, type Stretch } from './timeline.ts';

export interface PlayerState {
  playing: boolean;
  /** Where on the meeting's time line. */
  timeMs: number;
  endMs: number;
  rate: number;
  /** The browser or the server could not play; null while all is well. */
  failed: boolean;
}

/** The part of `HTMLAudioElement` that the player uses. */
export interface Sound {
  currentTime: number;
  playbackRate: number;
  readonly paused: boolean;
  readonly ended: boolean;
  play: () => Promise<void>;
  pause: () => void;
}

interface Options {
  /** Makes the element that plays a track; it is asked once for each. */
  openSound: (trackId: string) => Sound;
  /** Takes an element that is not needed any more. */
  closeSound: (sound: Sound) => void;
}

export interface Player {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => PlayerState;
  /** Takes over what can be heard: it grows while a meeting is live. */
  setStretches: (stretches: readonly Stretch[]) => void;
  play: (fromMs?: number) => void;
  pause: () => void;
  seek: (timeMs: number) => void;
  setRate: (rate: number) => void;
  close: () => void;
}

const tickMs = 100;
/** Tracks that sound together may be this far apart before the later one is set right. */
const maxDriftMs = 250;

/**
 * Plays all tracks of a meeting on one time line. The first sounding track leads, the others follow it. A time in which
 * nothing was recorded is stepped over.
 */
export function createPlayer({ openSound, closeSound }: Options): Player {
  const sounds = new Map<string, Sound>();
  const listeners = new Set<() => void>();
  let stretches: readonly Stretch[] = [];
  let state: PlayerState = { playing: false, timeMs: 0, endMs: 0, rate: 1, failed: false };
  let timer: ReturnType<typeof setInterval> | undefined;

  function set(change: Partial<PlayerState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function soundOf({ trackId }: Stretch): Sound {
    const known = sounds.get(trackId);
    if (known) return known;
    const sound = openSound(trackId);
    sound.playbackRate = state.rate;
    sounds.set(trackId, sound);
    return sound;
  }

  /** Makes exactly the tracks of this time sound, each at its place. */
  function align(timeMs: number, toleranceMs: number): void {
    const sounding = soundingAt(stretches, timeMs);
    for (const [trackId, sound] of sounds) {
      if (!sound.paused && !sounding.some((stretch) => stretch.trackId === trackId)) sound.pause();
    }
    for (const stretch of sounding) {
      const sound = soundOf(stretch);
      const wantedMs = timeMs - stretch.startMs;
      if (Math.abs(sound.currentTime * 1000 - wantedMs) > toleranceMs) sound.currentTime = wantedMs / 1000;
      if (state.playing && sound.paused && !sound.ended) sound.play().catch(failUnlessInterrupted);
    }
  }

  /** `pause()` before the sound has begun rejects `play()` with an AbortError: nothing is wrong then. */
  function failUnlessInterrupted(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    stop({ failed: true });
  }

  function tick(): void {
    const [leader] = soundingAt(stretches, state.timeMs);
    const sound = leader && sounds.get(leader.trackId);
    let timeMs = sound ? Math.max(state.timeMs, leader.startMs + sound.currentTime * 1000) : state.timeMs;
    if (leader && sound?.ended) timeMs = leader.endMs;
    if (soundingAt(stretches, timeMs).length === 0) {
      const next = nextStart(stretches, timeMs);
      if (next === null) return stop({ timeMs: state.endMs });
      timeMs = next;
    }
    set({ timeMs });
    align(timeMs, maxDriftMs);
  }

  function stop(change: Partial<PlayerState> = {}): void {
    clearInterval(timer);
    timer = undefined;
    for (const sound of sounds.values()) sound.pause();
    set({ playing: false, ...change });
  }

  function seek(timeMs: number): void {
    const target = Math.min(Math.max(0, timeMs), state.endMs);
    set({ timeMs: target, failed: false });
    if (state.playing) align(target, 0);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => state,
    setStretches(next) {
      stretches = next;
      const endMs = endOf(next);
      if (endMs !== state.endMs) set({ endMs });
    },
    play(fromMs = state.timeMs) {
      if (stretches.length === 0) return;
      set({ playing: true, failed: false });
      seek(fromMs >= state.endMs ? 0 : fromMs);
      timer ??= setInterval(tick, tickMs);
    },
    pause: () => stop(),
    seek,
    setRate(rate) {
      for (const sound of sounds.values()) sound.playbackRate = rate;
      set({ rate });
    },
    close() {
      stop();
      for (const sound of sounds.values()) closeSound(sound);
      sounds.clear();
      listeners.clear();
    },
  };
}
