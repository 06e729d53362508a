/** The element IDs that matter here (RFC 8794, RFC 9559), marker bits included. */
export const ebmlId = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  discardPadding: 0x75a2,
} as const;

/** What may stand among clusters and in them, and says nothing about the sound. Any other ID there is damage. */
export const passedOverIds: ReadonlySet<number> = new Set([
  0xec, 0xbf, 0xa7, 0xab, 0x5854, 0x9b, 0xfb, 0xfa, 0x75a1, 0xa4, 0x8e, 0x114d9b74, 0x1c53bb6b, 0x1254c367, 0x1043a770,
  0x1941a469,
]);

export interface ElementHeader {
  id: number;
  /** Null where the writer did not know it yet. */
  size: number | null;
  headerBytes: number;
}

/**
 * Reads the header at `at` into `header`, which a caller keeps: a server reads thousands in a second. 'cut' where bytes
 * are missing, 'damaged' where it is none.
 */
export function readElementHeader(bytes: Uint8Array, at: number, header: ElementHeader): 'whole' | 'damaged' | 'cut' {
  if (at >= bytes.length) return 'cut';
  const idBytes = Math.clz32(bytes[at]!) - 23;
  if (idBytes > 4) return 'damaged';
  if (at + idBytes >= bytes.length) return 'cut';
  const sizeBytes = Math.clz32(bytes[at + idBytes]!) - 23;
  if (sizeBytes > 8) return 'damaged';
  const headerBytes = idBytes + sizeBytes;
  if (at + headerBytes > bytes.length) return 'cut';
  header.id = readUint(bytes, at, idBytes);
  header.size = readVintValue(bytes, at + idBytes, sizeBytes);
  header.headerBytes = headerBytes;
  return 'whole';
}

/** The value of a variable-length integer of `length` bytes; null where all its bits are ones ("unknown"). */
export function readVintValue(bytes: Uint8Array, at: number, length: number): number | null {
  const mask = 0xff >> length;
  let value = bytes[at]! & mask;
  let allOnes = value === mask;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index]!;
    allOnes &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return allOnes ? null : value;
}

/** Big-endian, up to 8 bytes; exact up to 2⁵³. */
export function readUint(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = 0; index < length; index += 1) value = value * 256 + bytes[at + index]!;
  return value;
}

/** Signed, big-endian, up to 8 bytes. */
export function readInt(bytes: Uint8Array, at: number, length: number): number {
  const value = readUint(bytes, at, length);
  return length > 0 && bytes[at]! & 0x80 ? value - 2 ** (8 * length) : value;
}
