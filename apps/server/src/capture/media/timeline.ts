import { samplesPerMs, silenceStepSamples } from './opus.ts';
import type { RawPacket } from './packet.ts';

/** A packet with its place in the track. Samples are of 48 kHz. */
export interface Packet extends RawPacket {
  /** Of all packets before it: where its sound begins in the decoder's output, pre-skip included. */
  audioSample: number;
  /** Where it begins in the track's time. */
  timeSample: number;
  /** Silence between the packet before and this one; see `placePacket`. */
  jumpSamples: number;
}

/** The container's clock going ahead by more than this at once is time in which nothing was recorded. */
const jumpMs = 500;
/** A recorder's clock may run ahead of its microphone's by so much, little by little, before time follows it. */
const maxDriftMs = 3000;
/** What follows damage is placed by the container's clock as soon as it is ahead by this. */
const jumpAfterDamageMs = 30;
/** All jumps of a track together: no clock, however wrong, makes a recording longer than its sound and this. */
const maxSilenceMs = 24 * 3600 * 1000;

export interface TimelineState {
  /** Duration of all packets so far. */
  audio: number;
  /** Silence put between them. */
  silence: number;
  /** The container's time of the first packet, in ms; null before it. */
  base: number | null;
  /** How far the container's clock was ahead at the last packet. */
  ahead: number;
}

export function initialTimeline(): TimelineState {
  return { audio: 0, silence: 0, base: null, ahead: 0 };
}

/**
 * The rule of time. A track's time is the duration of its packets added up, since a microphone delivers without holes and
 * containers round. It follows the container's clock only where that goes ahead by more than 500 ms from one packet to
 * the next (the machine slept, the page was suspended), has drifted ahead by more than 3 s, or packets were damaged:
 * then the packet is put where the clock says, and the time between is silence, in whole steps of 20 ms. A clock that
 * goes back changes nothing. Ogg has no such clock: its time is always that of its packets. The packet becomes the placed one.
 */
export function placePacket(state: TimelineState, packet: RawPacket): Packet {
  const jumpSamples = jumpBefore(state, packet);
  state.silence += jumpSamples;
  const placed = Object.assign(packet, {
    audioSample: state.audio,
    timeSample: state.audio + state.silence,
    jumpSamples,
  });
  state.audio += packet.samples;
  return placed;
}

function jumpBefore(state: TimelineState, { containerMs, afterDamage }: RawPacket): number {
  if (containerMs === null || !Number.isFinite(containerMs)) return 0;
  state.base ??= containerMs;
  const ahead = containerMs - state.base - (state.audio + state.silence) / samplesPerMs;
  const step = ahead - state.ahead;
  const follows = step > jumpMs || ahead > maxDriftMs || (afterDamage && ahead > jumpAfterDamageMs);
  const room = maxSilenceMs - state.silence / samplesPerMs;
  const steps = Math.floor((Math.min(ahead, room) * samplesPerMs) / silenceStepSamples);
  const jump = follows && steps > 0 ? steps * silenceStepSamples : 0;
  state.ahead = ahead - jump / samplesPerMs;
  return jump;
}
