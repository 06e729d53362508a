import type { Packet } from './packet.ts';

/** A few packets, together at least 60 ms where more follow: what the cutter counts in. Samples are of 48 kHz. */
export interface Slot {
  /** Where its first packet is: the block, and how many packets begin before it in there. */
  block: number;
  index: number;
  byteEnd: number;
  audio: number;
  time: number;
  samples: number;
  discard: number;
  packets: number;
  bytes: number;
  voiced: boolean | null;
  /** Judged when the slot is whole. */
  quiet: boolean;
}

/** Where a chunk begins: its first byte is that of its pre-roll. */
export interface Begin {
  block: number;
  index: number;
  audio: number;
  time: number;
  preRoll: number;
  preRollPackets: number;
}

/** What has come together since a chunk's begin. */
export interface Sums {
  samples: number;
  quietSamples: number;
  packets: number;
  bytes: number;
}

/** A place between two slots at which a chunk can end and the next begin. */
export interface Boundary {
  end: { byteEnd: number; audio: number; time: number; discard: number };
  next: Begin;
  /** Of the chunk up to here. */
  sums: Sums;
}

/** A decoder that begins anywhere is in step after this long (RFC 7845 §4.6). */
const preRollSamples = 3840;

export const emptySums: Sums = { samples: 0, quietSamples: 0, packets: 0, bytes: 0 };

export function addTo(slot: Slot | null, packet: Packet): Slot {
  if (!slot) {
    return {
      block: packet.blockStart,
      index: packet.indexInBlock,
      byteEnd: packet.byteEnd,
      audio: packet.audioSample,
      time: packet.timeSample,
      samples: packet.samples,
      discard: packet.discardSamples,
      packets: 1,
      bytes: packet.size,
      voiced: packet.voiced,
      quiet: false,
    };
  }
  slot.byteEnd = packet.byteEnd;
  slot.samples += packet.samples;
  slot.discard = packet.discardSamples;
  slot.packets += 1;
  slot.bytes += packet.size;
  if (packet.voiced !== null) slot.voiced = packet.voiced || slot.voiced === true;
  return slot;
}

export function sumsOf({ samples, packets, bytes, quiet }: Slot): Sums {
  return { samples, quietSamples: quiet ? samples : 0, packets, bytes };
}

/** `sign` −1 takes `other` away. */
export function combine(sums: Sums, other: Sums, sign: 1 | -1): Sums {
  return {
    samples: sums.samples + sign * other.samples,
    quietSamples: sums.quietSamples + sign * other.quietSamples,
    packets: sums.packets + sign * other.packets,
    bytes: sums.bytes + sign * other.bytes,
  };
}

/** The boundary at the end of the last of `slots`, which are neighbours; `sums` are those of the chunk up to there. */
export function boundaryAfter(slots: readonly Slot[], sums: Sums): Boundary {
  const last = slots.at(-1)!;
  const audio = last.audio + last.samples;
  const time = last.time + last.samples;
  const preRoll = preRollOf(slots, audio);
  return {
    end: { byteEnd: last.byteEnd, audio, time, discard: last.discard },
    next: { ...preRoll, audio, time },
    sums,
  };
}

function preRollOf(slots: readonly Slot[], audio: number) {
  let first = slots.at(-1)!;
  let preRollPackets = first.packets;
  for (let at = slots.length - 2; at >= 0 && audio - first.audio < preRollSamples; at -= 1) {
    first = slots[at]!;
    preRollPackets += first.packets;
  }
  return { block: first.block, index: first.index, preRoll: audio - first.audio, preRollPackets };
}
