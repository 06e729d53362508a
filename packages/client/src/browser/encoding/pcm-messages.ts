/** Between the page and `pcm-worklet.js`. */
export interface PcmWorkletOptions {
  blockSamples: number;
  /** So many blocks wait for the page at most; what comes then is dropped. */
  maxUnreadBlocks: number;
}

export interface PcmBlock {
  /** One channel, −1 to 1; its first `count` samples hold sound. Goes back to the worklet once it was read. */
  samples: Float32Array<ArrayBuffer>;
  count: number;
  /** When the last sample was captured: milliseconds since 1970, by the machine's clock. */
  endedAtMs: number;
}

/** `stopped` follows the last block. */
export type PcmMessage = PcmBlock | 'stopped';
/** A block given back, or what is to be done. */
export type PcmCommand = Float32Array<ArrayBuffer> | 'start' | 'stop';
