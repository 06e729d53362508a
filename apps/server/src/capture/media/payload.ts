import { noBytes } from './packet.ts';

/** Gathers the bytes of one packet from the pieces in which they come: views of them, until `take`. Holds nothing when `keep` is false. */
export interface PayloadCollector {
  add(bytes: Uint8Array, start: number, end: number): void;
  /** The bytes since the last `take`. */
  take(): Uint8Array;
}

export function createPayloadCollector(keep: boolean): PayloadCollector {
  return keep ? collector() : forgetful;
}

const forgetful: PayloadCollector = { add: () => undefined, take: () => noBytes };

function collector(): PayloadCollector {
  let pieces: Uint8Array[] = [];
  return {
    add: (bytes, start, end) => pieces.push(bytes.subarray(start, end)),
    take: () => {
      const [first] = pieces;
      const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
      pieces = [];
      return whole;
    },
  };
}
