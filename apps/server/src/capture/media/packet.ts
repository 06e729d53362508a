/** A packet as its container gives it, until it is placed in time. Byte offsets are absolute in the track, samples are of 48 kHz. */
export interface Packet {
  /** Where its enclosing block (WebM) or the page that it begins in (Ogg) begins: demuxing can start there. */
  blockStart: number;
  /** How many packets begin before it in that block. */
  indexInBlock: number;
  byteStart: number;
  /** After its last byte. In Ogg a packet may run over a page header: `size` is then less than the range. */
  byteEnd: number;
  size: number;
  /** Its duration, of 48 kHz, from its own first bytes. */
  samples: number;
  /** Samples at its end that the recorder marked as not to be played. */
  discardSamples: number;
  /** The encoder's voice detector; null where it has none. */
  voiced: boolean | null;
  /** What the container says of its time; null where it says nothing. */
  containerMs: number | null;
  /** Bytes before it could not be read. */
  afterDamage: boolean;
  /** Empty unless the demuxer was asked to keep payloads; may be a view of what was pushed. */
  payload: Uint8Array;
  /** Of all packets before it: where its sound begins in the decoder's output, pre-skip included. Set by `placePacket`, as are those below. */
  audioSample: number;
  /** Where it begins in the track's time. */
  timeSample: number;
  /** Silence between the packet before and this one. */
  jumpSamples: number;
}

export interface ByteRange {
  byteStart: number;
  byteEnd: number;
}

/** Where parsers get the objects that they fill in. */
export interface PacketSource {
  /** A new read begins: what was given in the last one is given again. */
  begin(): void;
  next(): Packet;
}

export interface ParserOptions {
  /** Fresh ones unless told. */
  packets?: PacketSource;
  /** Gives each packet with its bytes: a view of those that were pushed where they hold all of it, so they must stay as they are. */
  keepPayloads?: boolean;
  /** Told of every range of bytes that could not be read and was passed over. */
  onDamage?: (range: ByteRange) => void;
}

export const noBytes = new Uint8Array(0);

const blankPacket = (): Packet => ({
  blockStart: 0,
  indexInBlock: 0,
  byteStart: 0,
  byteEnd: 0,
  size: 0,
  samples: 0,
  discardSamples: 0,
  voiced: null,
  containerMs: 0,
  afterDamage: false,
  payload: noBytes,
  audioSample: 0,
  timeSample: 0,
  jumpSamples: 0,
});

export const freshPackets: PacketSource = { begin: () => undefined, next: blankPacket };

/** Packets of the longest slice that is usual, several times over. */
const maxKeptPackets = 1024;

/**
 * The same packets over and over: those of one read are good until the next one, of whatever track. Thousands of tracks
 * make a hundred thousand packets a second, which are looked at once.
 */
export function createRecycledPackets(): PacketSource {
  const kept: Packet[] = [];
  let given = 0;
  return {
    begin: () => void (given = 0),
    next() {
      if (given === maxKeptPackets) return blankPacket();
      const packet = (kept[given] ??= blankPacket());
      given += 1;
      return packet;
    },
  };
}
