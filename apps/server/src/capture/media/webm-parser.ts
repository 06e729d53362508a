import {
  ebmlId,
  passedOverIds,
  readElementHeader,
  readInt,
  readUint,
  readVintValue,
  type ElementHeader,
} from './ebml.ts';
import {
  maxOpusPacketBytes,
  opusHeadBytes,
  opusPeekBytes,
  readOpusHead,
  readOpusPacket,
  samplesPerMs,
} from './opus.ts';
import { freshPackets, noBytes, type Packet, type ParserOptions } from './packet.ts';
import { createPayloadCollector, type PayloadCollector } from './payload.ts';
import { scanAll, type Scan as ScanOf } from './scan.ts';
import { blankBlock, type OpenBlock, type WebmState } from './webm-state.ts';

/** The most that is passed over on the word of a declared size. */
const maxSkippedElementBytes = 1 << 20;
/** Where no cluster has begun by then, there is no sound to come. */
const maxHeaderBytes = 1 << 20;
/** Longest codec name and codec data that are looked at. */
const maxValueBytes = 64;
const clusterIdBytes = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);

interface Scan extends ScanOf<WebmState> {
  /** The block that was closed last, to be filled in again: one that is open when a slice ends lives until the next. */
  spare: OpenBlock | null;
}

/** Of the element at hand; a step is over before the next begins. */
const header: ElementHeader = { id: 0, size: 0, headerBytes: 0 };

/** Reads WebM from any point between two elements on. Leaves at most 75 bytes unread: a header and a short value. */
export class WebmParser {
  readonly #state: WebmState;
  readonly #options: ParserOptions;
  readonly #payload: PayloadCollector;
  #spare: OpenBlock | null = null;

  constructor(state: WebmState, options: ParserOptions) {
    this.#state = state;
    this.#options = options;
    this.#payload = createPayloadCollector(options.keepPayloads ?? false);
  }

  /** `bytes` begin at `state.at`, which is moved past what was read. */
  read(bytes: Uint8Array): Packet[] {
    const scan = this.#begin(bytes);
    const packets = scanAll(scan, step);
    this.#spare = scan.spare;
    return packets;
  }

  /** Bytes up to `end` will never come: what was open is dropped, and the next cluster is looked for. */
  lose(end: number): void {
    this.#state.damagedFrom ??= this.#state.at;
    Object.assign(this.#state, { at: end, skip: 0, block: null, groupStart: null, groupEnd: null });
    this.#payload.take();
  }

  /** What is only known to be whole because nothing follows. */
  end(): Packet[] {
    const scan = this.#begin(noBytes);
    scan.packets.begin();
    if (this.#state.skip === 0) closeBlock(scan);
    this.#spare = scan.spare;
    return scan.out;
  }

  #begin(bytes: Uint8Array): Scan {
    const { packets = freshPackets, onDamage } = this.#options;
    const [state, payload, spare] = [this.#state, this.#payload, this.#spare];
    return { state, bytes, pos: 0, out: [], packets, payload, onDamage, spare };
  }
}

/** Moves on by one element, payload or damaged range; false where more bytes are needed. */
function step(scan: Scan): boolean {
  const { state } = scan;
  if (state.skip > 0) return passOver(scan);
  if (state.block && state.at >= (state.groupEnd ?? 0)) closeBlock(scan);
  if (state.damagedFrom !== null) return findCluster(scan);
  const read = readElementHeader(scan.bytes, scan.pos, header);
  if (read === 'cut') return false;
  if (read === 'damaged') return damage(scan);
  if (!state.inCluster && state.at > maxHeaderBytes) return refuse(scan, 'no cluster begins in its first megabyte');
  if (state.at === 0 && !state.inCluster && header.id !== ebmlId.ebml)
    return refuse(scan, 'it does not begin as WebM does');
  return enter(scan, header.id, header.size, header.headerBytes);
}

function enter(scan: Scan, id: number, size: number | null, headerBytes: number): boolean {
  const { state } = scan;
  switch (id) {
    case ebmlId.segment:
    case ebmlId.cluster:
      if (id === ebmlId.cluster && !beginCluster(scan)) return false;
      scan.pos += headerBytes;
      return true;
    case ebmlId.ebml:
    case ebmlId.info:
    case ebmlId.tracks:
      state.inCluster = false;
      scan.pos += headerBytes;
      return true;
    case ebmlId.trackEntry:
      if (state.inCluster) break;
      chooseTrack(state);
      state.entry = { number: 0, type: 0, codec: '', head: null };
      scan.pos += headerBytes;
      return true;
    case ebmlId.blockGroup:
      if (!state.inCluster || size === null || size > maxOpusPacketBytes * 2) return damage(scan);
      state.groupStart = state.at;
      state.groupEnd = state.at + headerBytes + size;
      scan.pos += headerBytes;
      return true;
    case ebmlId.simpleBlock:
    case ebmlId.block:
      if (!state.inCluster || size === null || size < 4 || size > maxOpusPacketBytes + 12) return damage(scan);
      return openBlock(scan, id, size, headerBytes);
    default:
  }
  if (size === null || size > maxSkippedElementBytes) return damage(scan);
  if (valueIds.has(id) && size <= maxValueBytes) {
    if (scan.pos + headerBytes + size > scan.bytes.length) return false;
    keepValue(state, id, scan.bytes.subarray(scan.pos + headerBytes, scan.pos + headerBytes + size));
  } else if (state.inCluster && !passedOverIds.has(id)) return damage(scan);
  scan.pos += headerBytes;
  state.skip = size;
  return true;
}

const valueIds: ReadonlySet<number> = new Set([
  ebmlId.docType,
  ebmlId.timestampScale,
  ebmlId.trackNumber,
  ebmlId.trackType,
  ebmlId.codecId,
  ebmlId.codecPrivate,
  ebmlId.timestamp,
  ebmlId.discardPadding,
]);

function keepValue(state: WebmState, id: number, value: Uint8Array): void {
  const { entry } = state;
  const text = () => Buffer.from(value).toString('latin1').replace(/\0+$/, '');
  const uint = () => readUint(value, 0, Math.min(value.length, 8));
  if (id === ebmlId.docType && text() !== 'webm' && text() !== 'matroska') state.refused = 'it is EBML, but not WebM';
  else if (id === ebmlId.timestampScale) state.tickNs = uint() || 1_000_000;
  else if (id === ebmlId.timestamp) state.clusterTicks = uint();
  else if (id === ebmlId.discardPadding && state.block && value.length <= 8) {
    const samples = Math.round((readInt(value, 0, value.length) * samplesPerMs) / 1_000_000);
    state.block.discardSamples = Math.min(Math.max(0, samples), state.block.samples);
  } else if (entry && id === ebmlId.trackNumber) entry.number = uint();
  else if (entry && id === ebmlId.trackType) entry.type = uint();
  else if (entry && id === ebmlId.codecId) entry.codec = text();
  else if (entry && id === ebmlId.codecPrivate && value.length >= opusHeadBytes) entry.head = readOpusHead(value);
}

/** Takes the entry that was read, if it is the first with Opus. */
function chooseTrack(state: WebmState): void {
  const { entry } = state;
  state.entry = null;
  if (entry?.codec !== 'A_OPUS' || entry.type !== 2 || !entry.head || state.trackNumber !== null) return;
  state.trackNumber = entry.number;
  state.head = entry.head;
}

function beginCluster(scan: Scan): boolean {
  chooseTrack(scan.state);
  if (scan.state.trackNumber === null) return refuse(scan, 'it has no Opus track of one or two channels');
  scan.state.inCluster = true;
  return true;
}

function openBlock(scan: Scan, id: number, size: number, headerBytes: number): boolean {
  const { state, bytes } = scan;
  const start = scan.pos + headerBytes;
  if (start + Math.min(size, 11 + opusPeekBytes) > bytes.length) return false;
  const numberBytes = Math.clz32(bytes[start]!) - 23;
  const payloadAt = start + numberBytes + 3;
  const payloadBytes = size - numberBytes - 3;
  if (numberBytes > 8 || payloadBytes < 0) return damage(scan);
  const laced = (bytes[payloadAt - 1]! & 0x06) !== 0;
  const ours = readVintValue(bytes, start, numberBytes) === state.trackNumber;
  if (ours && laced) return damage(scan);
  if (ours && payloadBytes > 0) {
    const info = readOpusPacket(bytes, payloadAt, payloadBytes);
    if (info.samples === 0) return damage(scan);
    const ticks = state.clusterTicks + readInt(bytes, payloadAt - 3, 2);
    const inGroup = id === ebmlId.block && state.groupStart !== null;
    if (!inGroup) state.groupEnd = null;
    const block = scan.spare ?? blankBlock();
    scan.spare = null;
    block.blockStart = inGroup ? state.groupStart! : state.at;
    block.payloadStart = state.at + payloadAt - scan.pos;
    block.size = payloadBytes;
    block.samples = info.samples;
    block.voiced = info.voiced;
    block.containerMs = (ticks * state.tickNs) / 1_000_000;
    block.discardSamples = 0;
    state.block = block;
  }
  scan.pos = payloadAt;
  state.skip = payloadBytes;
  return true;
}

function passOver(scan: Scan): boolean {
  const { state } = scan;
  const count = Math.min(state.skip, scan.bytes.length - scan.pos);
  if (count === 0) return false;
  if (state.block && scan.state.at < state.block.payloadStart + state.block.size) {
    scan.payload.add(scan.bytes, scan.pos, scan.pos + count);
  }
  scan.pos += count;
  state.skip -= count;
  return true;
}

function closeBlock(scan: Scan): void {
  const { state } = scan;
  if (!state.block) return;
  const { blockStart, payloadStart, size, samples, voiced, containerMs, discardSamples } = state.block;
  const packet = scan.packets.next();
  // Written out: thousands are filled in in a second.
  packet.blockStart = blockStart;
  packet.indexInBlock = 0;
  packet.byteStart = payloadStart;
  packet.byteEnd = payloadStart + size;
  packet.size = size;
  packet.samples = samples;
  packet.discardSamples = discardSamples;
  packet.voiced = voiced;
  packet.containerMs = containerMs;
  packet.afterDamage = state.afterDamage;
  packet.payload = scan.payload.take();
  scan.out.push(packet);
  scan.spare = state.block;
  state.afterDamage = false;
  state.block = null;
  state.groupStart = null;
  state.groupEnd = null;
}

/** The element at hand is none: the next cluster is looked for behind its first byte. */
function damage(scan: Scan): boolean {
  scan.state.damagedFrom = scan.state.at;
  closeBlock(scan);
  scan.pos += 1;
  return true;
}

function findCluster(scan: Scan): boolean {
  const { state, bytes } = scan;
  if (!state.inCluster && state.trackNumber === null) return refuse(scan, 'its header is damaged');
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + scan.pos, bytes.length - scan.pos);
  const found = rest.indexOf(clusterIdBytes);
  const passed = found >= 0 ? found : Math.max(0, rest.length - (clusterIdBytes.length - 1));
  scan.pos += passed;
  if (found < 0) return false;
  scan.onDamage?.({ byteStart: state.damagedFrom!, byteEnd: state.at + passed });
  state.damagedFrom = null;
  state.afterDamage = true;
  return true;
}

function refuse(scan: Scan, reason: string): false {
  scan.state.refused = reason;
  return false;
}
