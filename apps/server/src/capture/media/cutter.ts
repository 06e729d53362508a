import type { CutChunk, ChunkFraming } from './chunk.ts';
import { samplesPerMs } from './opus.ts';
import { bytesSaved, judgeQuiet, slotSamples, type QuietState } from './quiet.ts';
import {
  addToSlot,
  addToSums,
  beginSlot,
  boundaryAfter,
  noSums,
  packSlot,
  unpackSlot,
  without,
  type Begin,
  type Boundary,
  type PackedSlot,
  type Slot,
  type Sums,
} from './slot.ts';
import type { Packet } from './packet.ts';

export interface CutterOptions {
  /** No chunk is longer. At least 2 s. */
  maxChunkMs?: number;
  /** None is cut at a pause before it is so long. */
  minChunkMs?: number;
}

const defaultMaxChunkMs = 15_000;
const defaultMinChunkMs = 1_000;

/**
 * Bytes from a chunk's first to its last, since a chunk is read whole: more than Opus needs for its highest rate. Where a
 * file has other things between its packets, a chunk ends before them and the next begins behind, without pre-roll.
 */
const maxChunkBytes = 2 * 1024 * 1024;
/** A pause of this length ends a young chunk, a shorter one an older chunk. */
const longPauseMs = 540;
const shortPauseMs = 180;
/** Between these shares of the longest chunk, the pause that is asked for gets shorter. */
const patientUntil = 0.25;
const eagerFrom = 0.8;
/** Where no pause comes, a chunk is cut at the quietest place in the rest of it after this share. */
const fallbackFrom = 0.75;
/** Speech that makes a pause worth a cut. */
const leastSpeechMs = 180;
/** Silence from this length on is a chunk of its own when speech begins. */
const leadingSilenceMs = 2_000;
/** Slots of speech that are believed to be its beginning, and slots of silence left in front of it. */
const onsetSlots = 2;
const leadSlots = 4;
/** Slots remembered: as far back as a cut is made, and the pre-roll before that. */
const maxRecentSlots = onsetSlots + leadSlots + 2;
/** No slot is longer: an unfinished one and the longest packet. */
const maxSlotSamples = slotSamples + 120 * samplesPerMs;

/** Where a cutter stands. Plain data for JSON. */
export interface CutterState {
  levels: QuietState;
  /** The slot that is being filled. */
  open: Slot | null;
  recent: Slot[];
  begin: Begin | null;
  /** Of the chunk so far, without the open slot. */
  sums: Sums;
  /** Quiet slots at its end. */
  run: number;
  /** What they, or the last slot alone, took less than loud ones do: how deep and long the lull is. */
  lull: number;
  /** The best place for a cut if no pause comes. */
  fallback: { boundary: Boundary; lull: number } | null;
}

export function initialCutterState(): CutterState {
  return {
    levels: { loud: null, floor: 0 },
    open: null,
    recent: [],
    begin: null,
    sums: noSums(),
    run: 0,
    lull: 0,
    fallback: null,
  };
}

/** The same without the names of slots: half of the JSON. */
export type PackedCutterState = Omit<CutterState, 'open' | 'recent'> & {
  open: PackedSlot | null;
  recent: PackedSlot[];
};

export const packCutterState = (state: CutterState): PackedCutterState => ({
  ...state,
  open: state.open && packSlot(state.open),
  recent: state.recent.map(packSlot),
});

export const unpackCutterState = (packed: PackedCutterState): CutterState => ({
  ...packed,
  open: packed.open && unpackSlot(packed.open),
  recent: packed.recent.map(unpackSlot),
});

/** Of most packets. */
const none: readonly CutChunk[] = [];

type TrackFraming = Pick<ChunkFraming, 'container' | 'stream' | 'head'>;

/** Cuts a track at pauses, found from what its encoder spent on each moment. `state` becomes its own. */
export class Cutter {
  readonly #state: CutterState;
  readonly #max: number;
  readonly #min: number;
  /** The slot that was forgotten last, to be filled in again: each lives longer than what the collector lets go cheaply. */
  #spare: Slot | undefined;

  constructor(
    state: CutterState,
    { maxChunkMs = defaultMaxChunkMs, minChunkMs = defaultMinChunkMs }: CutterOptions = {},
  ) {
    this.#state = state;
    this.#max = maxChunkMs * samplesPerMs;
    this.#min = minChunkMs * samplesPerMs;
  }

  /** The chunks that end with or before this packet: mostly none. */
  add(packet: Packet, track: TrackFraming): readonly CutChunk[] {
    const state = this.#state;
    const isFar = state.begin !== null && packet.byteEnd - state.begin.block > maxChunkBytes;
    const before = isFar || packet.jumpSamples > 0 ? this.finish(track) : none;
    if (isFar) forget(state);
    state.begin ??= firstBegin(packet);
    if (packet.jumpSamples > 0) state.begin.time = packet.timeSample;
    if (state.open) addToSlot(state.open, packet);
    else {
      state.open = beginSlot(packet, this.#spare);
      this.#spare = undefined;
    }
    if (state.open.samples < slotSamples) return before;
    this.#spare = closeSlot(state, state.open);
    noteFallback(state, this.#max);
    const boundary = findBoundary(state, this.#min, this.#max);
    return boundary ? [...before, ...cut(state, boundary, track)] : before;
  }

  /** The rest of the track. */
  finish(track: TrackFraming): CutChunk[] {
    const state = this.#state;
    if (state.open) this.#spare = closeSlot(state, state.open);
    return state.sums.samples > 0 ? cut(state, boundaryBack(state, 0), track) : [];
  }

  /** The next packet follows bytes that are lost: no chunk reaches back over them. */
  forget(): void {
    forget(this.#state);
  }
}

function cut(state: CutterState, { end, next, sums }: Boundary, track: TrackFraming): CutChunk[] {
  const chunk = toChunk(state.begin!, end, sums, track);
  state.begin = next;
  state.sums = without(state.sums, sums);
  state.fallback = null;
  return chunk ? [chunk] : [];
}

/** What comes next has nothing to do with what was. */
function forget(state: CutterState): void {
  state.begin = null;
  state.recent = [];
  state.run = 0;
}

/** Gives the slot that is remembered no more, if there is one. */
function closeSlot(state: CutterState, slot: Slot): Slot | undefined {
  const quiet = judgeQuiet(state.levels, slot);
  state.open = null;
  slot.quiet = quiet;
  state.recent.push(slot);
  addToSums(state.sums, slot);
  const goesOn = quiet && state.run > 0;
  state.lull = (goesOn ? state.lull : 0) + bytesSaved(state.levels, slot);
  state.run = quiet ? state.run + 1 : 0;
  return state.recent.length > maxRecentSlots ? state.recent.shift() : undefined;
}

function findBoundary(state: CutterState, min: number, max: number): Boundary | null {
  const { sums, run } = state;
  if (sums.samples + maxSlotSamples > max) return state.fallback?.boundary ?? boundaryBack(state, 0);
  const heard = sums.samples - sums.quietSamples;
  const worthIt = sums.samples >= min && heard >= leastSpeechMs * samplesPerMs;
  if (worthIt && run * slotSamples >= pauseWanted(sums.samples / max)) return boundaryBack(state, 1);
  return speechBegins(state) ? boundaryBack(state, onsetSlots + leadSlots) : null;
}

/** The pause, in samples, that ends a chunk of `age` (its share of the longest). */
function pauseWanted(age: number): number {
  const eager = Math.min(1, Math.max(0, (age - patientUntil) / (eagerFrom - patientUntil)));
  return (longPauseMs - eager * (longPauseMs - shortPauseMs)) * samplesPerMs;
}

/** Whether a chunk of nothing but silence has just heard its first words. */
function speechBegins({ sums, recent }: CutterState): boolean {
  if (sums.quietSamples < leadingSilenceMs * samplesPerMs || recent.length < maxRecentSlots) return false;
  const onset = recent.slice(-onsetSlots);
  const heard = onset.reduce((sum, { samples }) => sum + samples, 0);
  return onset.every(({ quiet }) => !quiet) && sums.samples - sums.quietSamples === heard;
}

/** Remembers the deepest lull near the end of a long chunk. */
function noteFallback(state: CutterState, max: number): void {
  const { sums, fallback, lull, run } = state;
  if (sums.samples < fallbackFrom * max || (fallback && lull <= fallback.lull)) return;
  state.fallback = { boundary: boundaryBack(state, run > 1 ? 1 : 0), lull };
}

/** The boundary `back` slots before the last one. */
function boundaryBack({ recent, sums }: CutterState, back: number): Boundary {
  const after = noSums();
  for (const slot of recent.slice(recent.length - back)) addToSums(after, slot);
  return boundaryAfter(recent.slice(0, recent.length - back), without(sums, after));
}

function firstBegin({ blockStart, indexInBlock, audioSample, timeSample }: Packet): Begin {
  return {
    block: blockStart,
    index: indexInBlock,
    audio: audioSample,
    time: timeSample,
    preRoll: 0,
    preRollPackets: 0,
  };
}

/** Null where all of it is what the decoder throws away at the start of the track. */
function toChunk(begin: Begin, end: Boundary['end'], sums: Sums, track: TrackFraming): CutChunk | null {
  const { preSkip } = track.head;
  const heardFrom = Math.max(begin.audio, preSkip);
  const samples = end.audio - end.discard - heardFrom;
  if (samples <= 0) return null;
  const toMs = (sample: number) => Math.max(0, Math.round((sample - preSkip) / samplesPerMs));
  return {
    byteStart: begin.block,
    byteEnd: end.byteEnd,
    startMs: toMs(begin.time),
    endMs: toMs(end.time - end.discard),
    framing: {
      ...track,
      firstIndex: begin.index,
      packets: begin.preRollPackets + sums.packets,
      preSkip: heardFrom - (begin.audio - begin.preRoll),
      samples,
    },
    hints: {
      meanPacketBytes: Math.round(sums.bytes / sums.packets),
      quietShare: Math.round((100 * sums.quietSamples) / sums.samples) / 100,
    },
  };
}
