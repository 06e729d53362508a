import { inflateRawSync } from 'node:zlib';
import { AppError } from '../../errors.ts';
import type { CutChunk } from './chunk.ts';
import {
  Cutter,
  initialCutterState,
  packCutterState,
  unpackCutterState,
  type CutterOptions,
  type CutterState,
  type PackedCutterState,
} from './cutter.ts';
import { Demuxer, initialDemuxerState, type DemuxerState } from './demuxer.ts';
import { samplesPerMs } from './opus.ts';
import { createRecycledPackets, type ByteRange, type Packet, type ParserOptions } from './packet.ts';

export interface TrackReaderOptions extends CutterOptions {
  mimeType: string;
  /** What `snapshot` gave, to go on from there. */
  state?: Uint8Array | undefined;
  onDamage?: (range: ByteRange) => void;
}

/** A reader looks at a packet when it comes, and keeps none. */
const parsing: ParserOptions = { packets: createRecycledPackets() };

interface State {
  demuxer: DemuxerState;
  cutter: CutterState;
  endSample: number;
}

interface Saved extends Omit<State, 'cutter'> {
  version: 2;
  cutter: PackedCutterState;
}

/** Finds the chunks of one track in its durable bytes. Holds a few KB, none of it sound. */
export class TrackReader {
  readonly #state: State;
  readonly #demuxer: Demuxer;
  readonly #cutter: Cutter;

  /** Throws `UNSUPPORTED_MEDIA` for a MIME type that is not WebM or Ogg with Opus. */
  constructor({ mimeType, state, onDamage, ...cutting }: TrackReaderOptions) {
    this.#state = state ? restore(state) : begin(mimeType);
    this.#demuxer = new Demuxer(this.#state.demuxer, onDamage ? { ...parsing, onDamage } : parsing);
    this.#cutter = new Cutter(this.#state.cutter, cutting);
  }

  /** The next byte wanted. After a restart, bytes are given from here on. */
  get offset(): number {
    return this.#demuxer.offset;
  }

  /** Milliseconds of the track's time up to the last packet that is whole. */
  get durableMs(): number {
    const preSkip = this.#demuxer.head?.preSkip ?? 0;
    return Math.max(0, Math.round((this.#state.endSample - preSkip) / samplesPerMs));
  }

  /** Why the bytes are no Opus that can be read (`UNSUPPORTED_MEDIA`): no chunk comes any more. */
  get refused(): AppError | null {
    return this.#demuxer.refused;
  }

  /**
   * The chunks that these bytes complete. `offset` is that of the first byte in the track. Bytes seen before are trimmed
   * off; throws `HOLE` where some between are missing, and nothing else, whatever the bytes are.
   */
  push(bytes: Uint8Array, offset: number): CutChunk[] {
    return this.#cut(this.#demuxer.push(bytes, offset));
  }

  /** The bytes from where the last ones ended up to `end` will never come: what is before them is a chunk. */
  lose(end: number): CutChunk[] {
    const chunks = this.#cut(this.#demuxer.lose(end));
    if (this.#demuxer.head) chunks.push(...this.#cutter.finish(this.#framing()));
    this.#cutter.forget();
    return chunks;
  }

  /** The rest is a chunk, as there seem to be no more bytes; if some do come, they begin another. */
  finish(): CutChunk[] {
    const chunks = this.#cut(this.#demuxer.finish());
    return this.#demuxer.head ? [...chunks, ...this.#cutter.finish(this.#framing())] : chunks;
  }

  /** Under 2 KB. A reader made from it, given the bytes from its `offset` on, finds the very same chunks. */
  snapshot(): Uint8Array {
    return save(this.#state);
  }

  #framing() {
    const { container } = this.#state.demuxer.parser;
    return { container, stream: this.#demuxer.stream ?? 0, head: this.#demuxer.head! };
  }

  #cut(packets: readonly Packet[]): CutChunk[] {
    const last = packets.at(-1);
    if (!last) return [];
    this.#state.endSample = last.timeSample + last.samples - last.discardSamples;
    const track = this.#framing();
    const chunks: CutChunk[] = [];
    for (const packet of packets) chunks.push(...this.#cutter.add(packet, track));
    return chunks;
  }
}

function begin(mimeType: string): State {
  return { demuxer: initialDemuxerState(mimeType), cutter: initialCutterState(), endSample: 0 };
}

/** What tracks that were live before an update were saved as: compressed, with slots as they are. */
interface SavedBefore extends State {
  version: 1;
}

const openingBrace = 0x7b;
/** No state of ours is longer when inflated. */
const maxSavedBytes = 8192;

/** Compressed text of version 1 begins with 0xab or with a byte that ends in the bits 101: never with a brace. */
function textOf(bytes: Uint8Array): string {
  const isText = bytes[0] === openingBrace;
  return Buffer.from(isText ? bytes : inflateRawSync(bytes, { maxOutputLength: maxSavedBytes })).toString('latin1');
}

/** As text: to compress it took as long as all else that is done for a chunk. */
function save(state: State): Uint8Array {
  const { demuxer, endSample } = state;
  const saved: Saved = { version: 2, demuxer, cutter: packCutterState(state.cutter), endSample };
  const text = JSON.stringify(saved);
  // Not from Buffer's pool: until it is written it would keep all that lies beside it there.
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, 'latin1');
  return bytes;
}

function restore(bytes: Uint8Array): State {
  try {
    const saved = JSON.parse(textOf(bytes)) as Saved | SavedBefore;
    if (saved.version === 1) return saved;
    if (saved.version === 2) return { ...saved, cutter: unpackCutterState(saved.cutter) };
    throw new Error(`version ${String((saved as { version?: unknown }).version)}`);
  } catch (cause) {
    throw new AppError('INTERNAL', 'The saved state of a track cannot be read.', { cause });
  }
}
