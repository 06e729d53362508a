import { samplesPerMs, silenceStepSamples } from './opus.ts';
import type { Packet } from './packet.ts';

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
 * goes back changes nothing. Ogg has no such clock: its time is always that of its packets. Nothing but the packet's place is written.
 */
export function placePacket(state: TimelineState, packet: Packet): void {
  const jumpSamples = jumpBefore(state, packet);
  state.silence += jumpSamples;
  packet.audioSample = state.audio;
  packet.timeSample = state.audio + state.silence;
  packet.jumpSamples = jumpSamples;
  state.audio += packet.samples;
}

function jumpBefore(state: TimelineState, { containerMs, afterDamage }: Packet): number {
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
