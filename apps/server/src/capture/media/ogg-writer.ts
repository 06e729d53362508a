import { maxOggSegments, oggFlag, oggPageBytes, writeOggPage } from './ogg-page.ts';
import { asciiBytes, writeOpusHead, type OpusHead } from './opus.ts';

/** Sound in one page, in 48 kHz samples: what a player has to read to seek. */
const maxPageSamples = 48_000;
/** Of all its packets: each of its segments is 255 bytes at most. */
export const maxPageBodyBytes = maxOggSegments * 255;
/** Serials need only differ within one file, and ours have one stream. */
const serial = 0x48414e53;

/** Puts packets into Ogg pages (RFC 7845), one page at a time. Holds one page: at most 65 KB, usually 4. */
export interface OggWriter {
  /** The pages that must come first. */
  headers(): Uint8Array[];
  /** The page that was full before this packet, if one was. The packet is bytes [start, end) of `source`, which is not kept. */
  add(samples: number, source: Buffer, start?: number, end?: number): Uint8Array | null;
  /** The last page. `endSample`: up to where the packets' sound is played, the pre-skip counted; the rest is trimmed. */
  finish(endSample: number): Uint8Array;
}

export interface OggWriterOptions {
  /** Where packets wait for their page to be full: `maxPageBodyBytes` long, this writer's alone while it writes. */
  staging?: Buffer;
  /** Gives the bytes that a page is written into. */
  allocate?: (bytes: number) => Buffer;
}

export function createOggWriter(head: OpusHead, options: OggWriterOptions = {}): OggWriter {
  const { staging = Buffer.allocUnsafeSlow(maxPageBodyBytes), allocate = Buffer.allocUnsafeSlow } = options;
  const lacing: number[] = [];
  let staged = 0;
  let sequence = 0;
  let granule = 0;
  let pageFrom = 0;

  const page = (flags: number, at: number): Uint8Array => {
    const bytes = allocate(oggPageBytes(lacing.length, staged));
    writeOggPage(bytes, { flags, granule: at, serial, sequence }, lacing, staging.subarray(0, staged));
    sequence += 1;
    lacing.length = 0;
    staged = 0;
    pageFrom = granule;
    return bytes;
  };
  const put = (source: Buffer, start = 0, end = source.length): void => {
    for (let left = end - start; left >= 0; left -= 255) lacing.push(Math.min(left, 255));
    staged += source.copy(staging, staged, start, end);
  };

  return {
    headers() {
      put(asBuffer(writeOpusHead(head)));
      const first = page(oggFlag.first, 0);
      put(opusTags());
      return [first, page(0, 0)];
    },
    add(samples, source, start = 0, end = source.length) {
      const segments = Math.floor((end - start) / 255) + 1;
      const full = lacing.length + segments > maxOggSegments || granule + samples - pageFrom > maxPageSamples;
      const done = full && lacing.length > 0 ? page(0, granule) : null;
      put(source, start, end);
      granule += samples;
      return done;
    },
    finish: (endSample) => page(oggFlag.last, endSample),
  };
}

/** The same bytes, not copied. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

function opusTags(): Buffer {
  const vendor = asciiBytes('Hansard');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.set(asciiBytes('OpusTags'));
  tags[8] = vendor.length;
  tags.set(vendor, 12);
  return tags;
}
