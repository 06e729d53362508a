import type { OpusHead } from './opus.ts';

/** A block whose header was read: its payload is what `skip` counts, unless it is passed over already. */
export interface OpenBlock {
  blockStart: number;
  payloadStart: number;
  size: number;
  samples: number;
  voiced: boolean | null;
  containerMs: number;
  discardSamples: number;
}

export function blankBlock(): OpenBlock {
  return { blockStart: 0, payloadStart: 0, size: 0, samples: 0, voiced: null, containerMs: 0, discardSamples: 0 };
}

/**
 * Where a WebM parser stands between two bytes. It is flat: masters are entered and never left, since live files do not
 * know their sizes; an ID says by itself where it belongs. Plain data, so that JSON keeps it.
 */
export interface WebmState {
  /** Offset in the track of the next byte to look at. */
  at: number;
  /** Bytes to pass over before the next element. */
  skip: number;
  inCluster: boolean;
  /** Set while a damaged range is passed over. */
  damagedFrom: number | null;
  afterDamage: boolean;
  /** Nanoseconds in a tick of the container's clock. */
  tickNs: number;
  clusterTicks: number;
  /** The track entry that is being read. */
  entry: { number: number; type: number; codec: string; head: OpusHead | null } | null;
  /** The first Opus track. */
  trackNumber: number | null;
  head: OpusHead | null;
  block: OpenBlock | null;
  /** End of the BlockGroup around the open block; null for a SimpleBlock. */
  groupStart: number | null;
  groupEnd: number | null;
  /** Why this is not what it should be; nothing is read any more. */
  refused: string | null;
}

export function initialWebmState(): WebmState {
  return {
    at: 0,
    skip: 0,
    inCluster: false,
    damagedFrom: null,
    afterDamage: false,
    tickNs: 1_000_000,
    clusterTicks: 0,
    entry: null,
    trackNumber: null,
    head: null,
    block: null,
    groupStart: null,
    groupEnd: null,
    refused: null,
  };
}

/** The state at the start of a block of a track that is known already. */
export function webmStateAtBlock(trackNumber: number, head: OpusHead): WebmState {
  return { ...initialWebmState(), inCluster: true, trackNumber, head };
}
