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

export const noSums = (): Sums => ({ samples: 0, quietSamples: 0, packets: 0, bytes: 0 });

const blankSlot = (): Slot => ({
  block: 0,
  index: 0,
  byteEnd: 0,
  audio: 0,
  time: 0,
  samples: 0,
  discard: 0,
  packets: 0,
  bytes: 0,
  voiced: null,
  quiet: false,
});

/** A slot without its names, which would be most of a saved state. */
export type PackedSlot = [
  block: number,
  index: number,
  byteEnd: number,
  audio: number,
  time: number,
  samples: number,
  discard: number,
  packets: number,
  bytes: number,
  voiced: boolean | null,
  quiet: boolean,
];

export const packSlot = (slot: Slot): PackedSlot => [
  slot.block,
  slot.index,
  slot.byteEnd,
  slot.audio,
  slot.time,
  slot.samples,
  slot.discard,
  slot.packets,
  slot.bytes,
  slot.voiced,
  slot.quiet,
];

export function unpackSlot(packed: PackedSlot): Slot {
  const [block, index, byteEnd, audio, time, samples, discard, packets, bytes, voiced, quiet] = packed;
  return { block, index, byteEnd, audio, time, samples, discard, packets, bytes, voiced, quiet };
}

/** A slot that begins with this packet; `slot`, if given, is filled in anew. */
export function beginSlot(packet: Packet, slot: Slot = blankSlot()): Slot {
  slot.block = packet.blockStart;
  slot.index = packet.indexInBlock;
  slot.audio = packet.audioSample;
  slot.time = packet.timeSample;
  slot.samples = 0;
  slot.packets = 0;
  slot.bytes = 0;
  slot.voiced = null;
  slot.quiet = false;
  addToSlot(slot, packet);
  return slot;
}

export function addToSlot(slot: Slot, packet: Packet): void {
  slot.byteEnd = packet.byteEnd;
  slot.samples += packet.samples;
  slot.discard = packet.discardSamples;
  slot.packets += 1;
  slot.bytes += packet.size;
  if (packet.voiced !== null) slot.voiced = packet.voiced || slot.voiced === true;
}

export function addToSums(sums: Sums, { samples, packets, bytes, quiet }: Slot): void {
  sums.samples += samples;
  if (quiet) sums.quietSamples += samples;
  sums.packets += packets;
  sums.bytes += bytes;
}

export function without(sums: Sums, other: Sums): Sums {
  return {
    samples: sums.samples - other.samples,
    quietSamples: sums.quietSamples - other.quietSamples,
    packets: sums.packets - other.packets,
    bytes: sums.bytes - other.bytes,
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
