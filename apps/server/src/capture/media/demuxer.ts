import { AppError } from '../../errors.ts';
import { createOggParser, initialOggState, type OggParser, type OggState } from './ogg-parser.ts';
import type { OpusHead } from './opus.ts';
import { noBytes, type Packet, type ParserOptions } from './packet.ts';
import { initialTimeline, placePacket, type TimelineState } from './timeline.ts';
import { WebmParser } from './webm-parser.ts';
import { initialWebmState, type WebmState } from './webm-state.ts';

export type ContainerState = ({ container: 'webm' } & WebmState) | ({ container: 'ogg' } & OggState);

/** Where a demuxer stands, as plain data for JSON: under 1 KB. */
export interface DemuxerState {
  parser: ContainerState;
  timeline: TimelineState;
}

export function canCapture(mimeType: string): boolean {
  return containerOf(mimeType) !== null;
}

/** Which container a track's MIME type names; null where it is none that can be read, or holds no Opus. */
function containerOf(mimeType: string): 'webm' | 'ogg' | null {
  const [type = '', ...parameters] = mimeType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const codecs = parameters.find((parameter) => parameter.startsWith('codecs='))?.slice('codecs='.length);
  const codec = codecs?.replaceAll('"', '').trim() ?? 'opus';
  if (codec !== 'opus') return null;
  if (type === 'audio/webm') return 'webm';
  return type === 'audio/ogg' ? 'ogg' : null;
}

/** At a track's first byte. Throws `UNSUPPORTED_MEDIA` for a MIME type that is not WebM or Ogg with Opus. */
export function initialDemuxerState(mimeType: string): DemuxerState {
  const container = containerOf(mimeType);
  if (container === null) {
    throw new AppError('UNSUPPORTED_MEDIA', 'A track must be audio/webm;codecs=opus or audio/ogg;codecs=opus.');
  }
  const timeline = initialTimeline();
  return container === 'webm'
    ? { parser: { container, ...initialWebmState() }, timeline }
    : { parser: { container, ...initialOggState() }, timeline };
}

/**
 * Where what was held back is joined to what follows it, of all demuxers, each in one go. From Buffer's pool it would
 * keep 64 KB of that from the cheap collections wherever a neighbour in it lives on.
 */
const joint = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Finds the packets in a byte stream of WebM or Ogg, cut anywhere. Beyond its state it holds at most 300 bytes.
 * `state` becomes its own. There are thousands: methods of a class are theirs together.
 */
export class Demuxer {
  readonly state: DemuxerState;
  readonly #parser: WebmParser | OggParser;
  readonly #keepsPayloads: boolean;
  #pending: Uint8Array = noBytes;

  constructor(state: DemuxerState, options: ParserOptions = {}) {
    this.state = state;
    const { parser } = state;
    this.#keepsPayloads = options.keepPayloads ?? false;
    this.#parser = parser.container === 'webm' ? new WebmParser(parser, options) : createOggParser(parser, options);
  }

  /** The next byte wanted: after a restart from `state`, bytes are given from here on. */
  get offset(): number {
    return this.state.parser.at;
  }

  /** Null until the track's header was read. */
  get head(): OpusHead | null {
    return this.state.parser.head;
  }

  /** Names the track in its container: what is needed to begin in its middle. */
  get stream(): number | null {
    const { parser } = this.state;
    return parser.container === 'webm' ? parser.trackNumber : parser.serial;
  }

  /** Why this is no Opus that can be read; null while it is. Then no packet comes any more. */
  get refused(): AppError | null {
    const { refused } = this.state.parser;
    return refused === null ? null : new AppError('UNSUPPORTED_MEDIA', `The track cannot be read: ${refused}.`);
  }

  /**
   * The packets that these bytes complete. `offset` is that of the first byte in the track; bytes seen before are
   * trimmed off. Throws `HOLE` where bytes between are missing. The bytes are not kept.
   */
  push(bytes: Uint8Array, offset: number): Packet[] {
    const at = this.state.parser;
    const expected = at.at + this.#pending.length;
    if (offset > expected) throw new AppError('HOLE', 'Bytes of the track are missing.', { durable: expected });
    const fresh = bytes.subarray(Math.min(bytes.length, expected - offset));
    if (fresh.length === 0) return [];
    const whole = this.#pending.length === 0 ? fresh : this.#join(fresh);
    const start = at.at;
    const packets = this.#parser.read(whole);
    this.#pending = at.at - start === whole.length ? noBytes : Uint8Array.from(whole.subarray(at.at - start));
    return this.#place(packets);
  }

  /** The bytes from where the last ones ended up to `end` will never come. The packets that are whole before them. */
  lose(end: number): Packet[] {
    const packets = this.finish();
    this.#pending = noBytes;
    this.#parser.lose(end);
    return packets;
  }

  /** There are no more bytes: what was held back until the next element. */
  finish(): Packet[] {
    return this.#place(this.#parser.end());
  }

  #join(fresh: Uint8Array): Uint8Array {
    const length = this.#pending.length + fresh.length;
    if (this.#keepsPayloads || length > joint.length) return Buffer.concat([this.#pending, fresh]);
    joint.set(this.#pending);
    joint.set(fresh, this.#pending.length);
    return joint.subarray(0, length);
  }

  #place(packets: Packet[]): Packet[] {
    for (const packet of packets) placePacket(this.state.timeline, packet);
    return packets;
  }
}
