const magic = Array.from('OpusHead', (letter) => letter.charCodeAt(0));
const headBytes = 19;
/** How far libopus looks ahead, in samples of 48 kHz. */
const libopusPreSkip = 312;

/** Whether these bytes tell a decoder what it must know before the first packet (RFC 7845 §5.1). */
export function isOpusHead(bytes: Uint8Array | undefined): bytes is Uint8Array {
  return bytes !== undefined && bytes.length >= headBytes && magic.every((letter, at) => bytes[at] === letter);
}

export function makeOpusHead(channels: number): Uint8Array {
  const head = new Uint8Array(headBytes);
  const view = new DataView(head.buffer);
  head.set(magic);
  view.setUint8(8, 1);
  view.setUint8(9, channels);
  view.setUint16(10, libopusPreSkip, true);
  view.setUint32(12, 48_000, true);
  return head;
}

/** Samples of 48 kHz that the decoder makes before the sound begins. */
export function preSkipOf(head: Uint8Array): number {
  return head[10]! | (head[11]! << 8);
}
