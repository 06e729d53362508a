import { capturePattern, oggFlag, oggPageFixedBytes } from './ogg-page.ts';
import {
  maxOpusPacketBytes,
  opusHeadBytes,
  opusPeekBytes,
  readOpusHead,
  readOpusPacket,
  startsWith,
  type OpusHead,
} from './opus.ts';
import { freshPackets, type Packet, type ParserOptions } from './packet.ts';
import { createPayloadCollector } from './payload.ts';
import { scanAll, type Scan as ScanOf } from './scan.ts';

/** A packet whose end has not come yet. */
interface OpenPacket {
  blockStart: number;
  indexInBlock: number;
  byteStart: number;
  size: number;
  samples: number;
  voiced: boolean | null;
}

/** Where an Ogg parser stands between two bytes. Plain data, so that JSON keeps it. */
export interface OggState {
  at: number;
  /** Bytes of the packet at hand, or of a page of another stream, still to be passed over. */
  skip: number;
  /** Lacing values of the page that are still to come, two hexadecimal digits each. */
  lacing: string;
  pageStart: number;
  /** Packets that began in this page so far. */
  begun: number;
  /** The open packet ends when `skip` is 0; otherwise it goes on in the next page. */
  endsHere: boolean;
  packet: OpenPacket | null;
  /** The packet at hand is none of sound, or its beginning is missing. */
  passing: boolean;
  /** `skip` counts a page of another stream. */
  foreign: boolean;
  serial: number | null;
  sequence: number;
  head: OpusHead | null;
  /** Header packets still to come: OpusHead, then OpusTags. */
  headersLeft: number;
  /** Samples of all packets, and the granule at which the last page says that the sound ends. */
  samples: number;
  endGranule: number | null;
  damagedFrom: number | null;
  afterDamage: boolean;
  refused: string | null;
}

export function initialOggState(): OggState {
  return {
    at: 0,
    skip: 0,
    lacing: '',
    pageStart: 0,
    begun: 0,
    endsHere: true,
    packet: null,
    passing: false,
    foreign: false,
    serial: null,
    sequence: 0,
    head: null,
    headersLeft: 2,
    samples: 0,
    endGranule: null,
    damagedFrom: null,
    afterDamage: false,
    refused: null,
  };
}

/** The state at the start of a page of a stream that is known already. */
export function oggStateAtPage(serial: number, head: OpusHead): OggState {
  return { ...initialOggState(), serial, head, headersLeft: 0, sequence: -1 };
}

type Scan = ScanOf<OggState>;

export type OggParser = ReturnType<typeof createOggParser>;

/**
 * Reads Ogg/Opus from the start of any page on. Checksums are not verified: that would need whole
 * pages. Leaves at most 300 bytes unread: a page's header and an OpusHead.
 */
export function createOggParser(state: OggState, options: ParserOptions) {
  const { keepPayloads = false, packets = freshPackets, onDamage } = options;
  const payload = createPayloadCollector(keepPayloads);
  return {
    /** `bytes` begin at `state.at`, which is moved past what was read. */
    read(bytes: Uint8Array): Packet[] {
      return scanAll({ state, bytes, pos: 0, out: [], packets, payload, onDamage }, step);
    },
    /** Bytes up to `end` will never come: what was open is dropped, and the next page is looked for. */
    lose(end: number): void {
      state.damagedFrom ??= state.at;
      if (state.head === null) state.refused ??= 'its header is damaged';
      Object.assign(state, {
        at: end,
        skip: 0,
        lacing: '',
        foreign: false,
        packet: null,
        passing: true,
        afterDamage: true,
      });
      payload.take();
    },
    end: (): Packet[] => [],
  };
}

/** Moves on by one page header, piece of a packet or damaged range; false where more bytes are needed. */
function step(scan: Scan): boolean {
  const { state } = scan;
  if (state.skip > 0) return passOver(scan);
  if (state.lacing !== '') return beginPiece(scan);
  return readPage(scan);
}

function readPage(scan: Scan): boolean {
  const { state, bytes, pos } = scan;
  if (state.damagedFrom !== null && !findPage(scan)) return false;
  if (scan.pos !== pos) return true;
  if (pos + oggPageFixedBytes > bytes.length) return false;
  const segments = bytes[pos + 26]!;
  if (!startsWith(bytes, 'OggS', pos) || bytes[pos + 4] !== 0) return damage(scan);
  if (pos + oggPageFixedBytes + segments > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + pos, oggPageFixedBytes);
  const flags = view.getUint8(5);
  const serial = view.getUint32(14, true);
  const lacing = Buffer.from(bytes.buffer, bytes.byteOffset + pos + oggPageFixedBytes, segments);
  scan.pos += oggPageFixedBytes + segments;
  if (flags & oggFlag.first) {
    const head = readFirstHead(bytes, scan.pos);
    if (head === 'cut') {
      scan.pos = pos;
      return false;
    }
    if (head) Object.assign(state, { serial, head: state.head ?? head, headersLeft: 2, packet: null, sequence: -1 });
  }
  if (serial !== state.serial) {
    if (state.head === null && !(flags & oggFlag.first))
      return refuse(scan, 'it has no Opus stream of one or two channels');
    state.skip = lacing.reduce((sum, size) => sum + size, 0);
    state.foreign = state.skip > 0;
    return true;
  }
  beginPage(scan, { flags, sequence: view.getUint32(18, true), lacing, at: state.at });
  state.endGranule = flags & oggFlag.last ? Number(view.getBigInt64(6, true)) : null;
  return true;
}

function beginPage(scan: Scan, page: { flags: number; sequence: number; lacing: Buffer; at: number }): void {
  const { state } = scan;
  const goesOn = (page.flags & oggFlag.continued) !== 0;
  if (state.sequence >= 0 && page.sequence !== state.sequence + 1) state.afterDamage = true;
  if (state.packet && (!goesOn || state.afterDamage)) dropPacket(scan);
  state.passing = goesOn && state.packet === null && state.headersLeft === 0;
  state.sequence = page.sequence;
  state.pageStart = page.at;
  state.begun = 0;
  state.lacing = page.lacing.toString('hex');
}

/** Takes the next run of lacing values: what this page has of one packet. */
function beginPiece(scan: Scan): boolean {
  const { state, bytes } = scan;
  let count = 0;
  let size = 0;
  let last = 255;
  while (last === 255 && count * 2 < state.lacing.length) {
    last = Number.parseInt(state.lacing.slice(count * 2, count * 2 + 2), 16);
    size += last;
    count += 1;
  }
  const isNew = state.packet === null && !state.passing;
  if (isNew && scan.pos + Math.min(size, opusPeekBytes) > bytes.length) return false;
  state.lacing = state.lacing.slice(count * 2);
  state.endsHere = last < 255;
  if (isNew && state.headersLeft > 0) state.passing = true;
  else if (isNew) openPacket(scan, size);
  if (state.packet) state.packet.size += size;
  if (state.packet && state.packet.size > maxOpusPacketBytes) dropPacket(scan);
  state.skip = size;
  if (size === 0) endPiece(scan);
  return true;
}

function openPacket(scan: Scan, size: number): void {
  const { state } = scan;
  const info = readOpusPacket(scan.bytes, scan.pos, size);
  const indexInBlock = state.begun;
  state.begun += 1;
  if (info.samples === 0) {
    state.passing = true;
    return;
  }
  state.packet = { blockStart: state.pageStart, indexInBlock, byteStart: state.at, size: 0, ...info };
}

function passOver(scan: Scan): boolean {
  const { state } = scan;
  const count = Math.min(state.skip, scan.bytes.length - scan.pos);
  if (count === 0) return false;
  if (state.packet && !state.foreign) scan.payload.add(scan.bytes, scan.pos, scan.pos + count);
  scan.pos += count;
  state.skip -= count;
  if (state.skip > 0) return true;
  if (!state.foreign) endPiece(scan, count);
  state.foreign = false;
  return true;
}

function endPiece(scan: Scan, count = 0): void {
  const { state } = scan;
  if (!state.endsHere) return;
  if (state.packet) emit(scan, state.packet, state.at + count);
  else if (state.headersLeft > 0 && state.passing) state.headersLeft -= 1;
  state.packet = null;
  state.passing = false;
}

function emit(scan: Scan, packet: OpenPacket, byteEnd: number): void {
  const { state } = scan;
  state.samples += packet.samples;
  const beyond = state.endGranule === null ? 0 : state.samples - state.endGranule;
  const discardSamples = state.lacing === '' && beyond > 0 && beyond < packet.samples ? beyond : 0;
  const { afterDamage } = state;
  const payload = scan.payload.take();
  const rest = { byteEnd, discardSamples, containerMs: null, afterDamage, payload };
  scan.out.push(Object.assign(scan.packets.next(), packet, rest));
  state.afterDamage = false;
}

function dropPacket(scan: Scan): void {
  scan.state.packet = null;
  scan.state.passing = true;
  scan.state.afterDamage = true;
  scan.payload.take();
}

/** The OpusHead that a first page begins with, null where it has another codec. */
function readFirstHead(bytes: Uint8Array, at: number): OpusHead | 'cut' | null {
  if (at + opusHeadBytes > bytes.length) return 'cut';
  return readOpusHead(bytes.subarray(at, at + opusHeadBytes));
}

function damage(scan: Scan): boolean {
  const { state } = scan;
  if (state.head === null) return refuse(scan, 'it does not begin as Ogg does');
  state.damagedFrom = state.at;
  dropPacket(scan);
  scan.pos += 1;
  return true;
}

function findPage(scan: Scan): boolean {
  const { state, bytes, pos } = scan;
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + pos, bytes.length - pos);
  const found = rest.indexOf(capturePattern);
  const passed = found >= 0 ? found : Math.max(0, rest.length - (capturePattern.length - 1));
  scan.pos += passed;
  if (found < 0) return false;
  scan.onDamage?.({ byteStart: state.damagedFrom!, byteEnd: state.at + passed });
  state.damagedFrom = null;
  return true;
}

function refuse(scan: Scan, reason: string): false {
  scan.state.refused = reason;
  return false;
}
