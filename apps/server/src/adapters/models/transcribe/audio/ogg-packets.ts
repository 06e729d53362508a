/** What an Ogg/Opus file holds. `preSkip` and `lengthSamples` count at 48 kHz, as Opus does. */
export interface OggOpus {
  channels: number;
  preSkip: number;
  /** Samples after the pre-skip, as the last page says; null where it says nothing. */
  lengthSamples: number | null;
  packets: Uint8Array[];
}

const pageHeaderBytes = 27;
const headPackets = 2;

/** Takes a file of one Opus stream apart. The packets are copies where they span pages, else views. Throws `RangeError` on anything else. */
export function readOggOpus(bytes: Uint8Array): OggOpus {
  const packets: Uint8Array[] = [];
  let pending: Uint8Array[] = [];
  let granule = -1n;
  for (let at = 0; at < bytes.length;) {
    const page = readPage(bytes, at);
    granule = page.granule >= 0n ? page.granule : granule;
    for (const piece of page.pieces) {
      pending.push(piece.bytes);
      if (!piece.ends) continue;
      packets.push(pending.length === 1 ? pending[0]! : Buffer.concat(pending));
      pending = [];
    }
    at = page.end;
  }
  const head = packets[0];
  if (!head || head.length < 19 || !Buffer.from(head.subarray(0, 8)).equals(Buffer.from('OpusHead'))) {
    throw new RangeError('not an Ogg/Opus file');
  }
  const preSkip = head[10]! | (head[11]! << 8);
  return {
    channels: head[9]!,
    preSkip,
    lengthSamples: granule > 0n ? Math.max(0, Number(granule) - preSkip) : null,
    packets: packets.slice(headPackets),
  };
}

/** How long a file plays, by its last page. Throws `RangeError` where it is no Ogg/Opus. */
export function oggDurationMs(bytes: Uint8Array): number {
  return Math.round((readOggOpus(bytes).lengthSamples ?? 0) / 48);
}

function readPage(bytes: Uint8Array, at: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lacingAt = at + pageHeaderBytes;
  if (lacingAt > bytes.length || view.getUint32(at) !== 0x4f_67_67_53) throw new RangeError('not an Ogg page');
  const lacing = bytes.subarray(lacingAt, lacingAt + bytes[at + 26]!);
  const pieces: { bytes: Uint8Array; ends: boolean }[] = [];
  let from = lacingAt + lacing.length;
  let length = 0;
  lacing.forEach((value, index) => {
    length += value;
    const ends = value < 255;
    if (!ends && index < lacing.length - 1) return;
    pieces.push({ bytes: bytes.subarray(from, from + length), ends });
    from += length;
    length = 0;
  });
  if (from > bytes.length) throw new RangeError('the Ogg page is cut off');
  return { granule: view.getBigInt64(at + 6, true), pieces, end: from };
}
