import { maxOggSegments, oggFlag, writeOggPage } from './ogg-page.ts';
import { asciiBytes, writeOpusHead, type OpusHead } from './opus.ts';

/** Sound in one page, in 48 kHz samples: what a player has to read to seek. */
const maxPageSamples = 48_000;
/** Serials need only differ within one file, and ours have one stream. */
const serial = 0x48414e53;

/** Puts packets into Ogg pages (RFC 7845), one page at a time. Holds one page: at most 65 KB, usually 4. */
export interface OggWriter {
  /** The pages that must come first. */
  headers(): Uint8Array[];
  /** A page that this packet completes, or none. */
  add(payload: Uint8Array, samples: number): Uint8Array[];
  /** The last page. `endSample`: up to where the packets' sound is played, the pre-skip counted; the rest is trimmed. */
  finish(endSample: number): Uint8Array[];
}

export function createOggWriter(head: OpusHead): OggWriter {
  let sequence = 0;
  let granule = 0;
  let pageFrom = 0;
  let lacing: number[] = [];
  let body: Uint8Array[] = [];

  const page = (flags: number, at: number): Uint8Array => {
    const bytes = writeOggPage({ flags, granule: at, serial, sequence }, lacing, body);
    sequence += 1;
    lacing = [];
    body = [];
    pageFrom = granule;
    return bytes;
  };
  const put = (payload: Uint8Array): void => {
    for (let left = payload.length; left >= 0; left -= 255) lacing.push(Math.min(left, 255));
    body.push(payload);
  };

  return {
    headers() {
      put(writeOpusHead(head));
      const first = page(oggFlag.first, 0);
      put(opusTags());
      return [first, page(0, 0)];
    },
    add(payload, samples) {
      const segments = Math.floor(payload.length / 255) + 1;
      const full = lacing.length + segments > maxOggSegments || granule + samples - pageFrom > maxPageSamples;
      const done = full && lacing.length > 0 ? [page(0, granule)] : [];
      put(payload);
      granule += samples;
      return done;
    },
    finish: (endSample) => [page(oggFlag.last, endSample)],
  };
}

function opusTags(): Uint8Array {
  const vendor = asciiBytes('Hansard');
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(asciiBytes('OpusTags'));
  tags[8] = vendor.length;
  tags.set(vendor, 12);
  return tags;
}
