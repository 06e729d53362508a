import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPlayer, type Sound } from './player.ts';
import { nextStart, soundingAt, stretchesOf } from './timeline.ts';

/** Plays as a clock does: `currentTime` follows the (fake) time while it is not paused. */
function createFakeSound(lengthMs: number) {
  let base = 0;
  let since: number | null = null;
  const now = (): number =>
    since === null ? base : Math.min(lengthMs / 1000, base + ((Date.now() - since) / 1000) * sound.playbackRate);
  const sound: Sound = {
    playbackRate: 1,
    get currentTime() {
      return now();
    },
    set currentTime(seconds: number) {
      base = seconds;
      if (since !== null) since = Date.now();
    },
    get paused() {
      return since === null;
    },
    get ended(): boolean {
      return now() >= lengthMs / 1000;
    },
    play: async () => {
      since ??= Date.now();
    },
    pause: () => {
      base = now();
      since = null;
    },
  };
  return sound;
}

const stretches = [
  { trackId: 'a', startMs: 0, endMs: 4_000 },
  { trackId: 'tab', startMs: 1_000, endMs: 3_000 },
  { trackId: 'b', startMs: 10_000, endMs: 12_000 },
];

describe('createPlayer', () => {
  const sounds = new Map<string, ReturnType<typeof createFakeSound>>();
  const closed: Sound[] = [];
  function make() {
    const player = createPlayer({
      openSound: (trackId) => {
        const stretch = stretches.find((each) => each.trackId === trackId)!;
        const sound = createFakeSound(stretch.endMs - stretch.startMs);
        sounds.set(trackId, sound);
        return sound;
      },
      closeSound: (sound) => closed.push(sound),
    });
    player.setStretches(stretches);
    return player;
  }
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    sounds.clear();
    closed.length = 0;
  });

  it('plays each track in its time, two at once where both were recorded', () => {
    const player = make();
    player.play();
    vi.advanceTimersByTime(500);
    expect([...sounds.keys()]).toEqual(['a']);
    vi.advanceTimersByTime(1_000);
    expect(sounds.get('tab')?.paused).toBe(false);
    expect(sounds.get('tab')?.currentTime).toBeCloseTo(0.5, 0);
    vi.advanceTimersByTime(2_000);
    expect(sounds.get('tab')?.paused).toBe(true);
    expect(sounds.get('a')?.paused).toBe(false);
  });

  it('steps over a time in which nothing was recorded, and stops at the end', () => {
    const player = make();
    player.play(3_500);
    vi.advanceTimersByTime(800);
    expect(player.getSnapshot().timeMs).toBeGreaterThanOrEqual(10_000);
    vi.advanceTimersByTime(3_000);
    expect(player.getSnapshot()).toMatchObject({ playing: false, timeMs: 12_000 });
    expect([...sounds.values()].every(({ paused }) => paused)).toBe(true);
  });

  it('seeks into the middle of a track, within the bounds', () => {
    const player = make();
    player.play(11_000);
    expect(sounds.get('b')?.currentTime).toBeCloseTo(1);
    player.seek(99_000);
    expect(player.getSnapshot().timeMs).toBe(12_000);
    player.seek(-1);
    expect(player.getSnapshot().timeMs).toBe(0);
  });

  it('begins anew after the end, and keeps its speed for tracks that come later', () => {
    const player = make();
    player.seek(12_000);
    player.setRate(2);
    player.play();
    expect(player.getSnapshot().timeMs).toBe(0);
    vi.advanceTimersByTime(2_500);
    expect(sounds.get('b')?.playbackRate).toBe(2);
  });

  it('says when the browser cannot play', async () => {
    const player = createPlayer({
      openSound: () => ({
        ...createFakeSound(1_000),
        paused: true,
        play: () => Promise.reject(new DOMException('', 'NotSupportedError')),
      }),
      closeSound: () => {},
    });
    player.setStretches(stretches);
    player.play();
    await vi.advanceTimersByTimeAsync(0);
    expect(player.getSnapshot()).toMatchObject({ playing: false, failed: true });
  });

  it('gives every element back', () => {
    const player = make();
    player.play(2_000);
    player.close();
    expect(closed).toEqual([...sounds.values()]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('timeline', () => {
  it('holds sound only: no captions, nothing that is empty', () => {
    const base = {
      mimeType: '',
      participant: null,
      continues: null,
      state: 'closed',
      durable: 1,
      length: 1,
      capturedMs: 0,
    } as const;
    const tracks = [
      { ...base, id: 'late', kind: 'tab', offsetMs: 500, durableMs: 100 },
      { ...base, id: 'captions', kind: 'captions', offsetMs: 0, durableMs: 900 },
      { ...base, id: 'empty', kind: 'microphone', offsetMs: 0, durableMs: 0 },
      { ...base, id: 'early', kind: 'microphone', offsetMs: 0, durableMs: 300 },
    ] as const;
    expect(stretchesOf(tracks).map(({ trackId }) => trackId)).toEqual(['early', 'late']);
  });
  it('ends a stretch before the next begins at the same instant', () => {
    expect(soundingAt(stretches, 4_000)).toEqual([]);
    expect(nextStart(stretches, 4_000)).toBe(10_000);
    expect(nextStart(stretches, 10_000)).toBeNull();
  });
});
