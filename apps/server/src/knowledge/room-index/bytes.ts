import { AppError } from '../../errors.ts';

/** What every reader of a damaged or made-up file ends with. */
export function damaged(what: string): AppError {
  return new AppError('STORAGE_FAILED', `The room's index is damaged (${what}); build it again from its documents.`);
}

/** Bytes that grow; numbers are little-endian, `varint` is seven bits a byte, lowest first. */
export interface ByteWriter {
  readonly length: number;
  u8(value: number): void;
  varint(value: number): void;
  put(bytes: Uint8Array): void;
  /** The bytes written; valid until the next write. */
  bytes(): Uint8Array;
  clear(): void;
}

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(256);
  let length = 0;
  const reserve = (more: number) => {
    if (length + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  };
  const u8 = (value: number) => {
    reserve(1);
    buffer[length++] = value;
  };
  return {
    get length() {
      return length;
    },
    u8,
    varint(value) {
      let rest = value;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) u8((rest % 0x80) | 0x80);
      u8(rest);
    },
    put(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0;
    },
  };
}

/** Reads from `at` on and never past `end`: what would lie beyond is damage. */
export interface ByteReader {
  at: number;
  readonly end: number;
  u8(): number;
  varint(): number;
  /** The next bytes, not copied. */
  take(length: number): Uint8Array;
  /** Goes past the next bytes; gives where they begin. */
  skip(length: number): number;
}

export function createByteReader(bytes: Uint8Array, at: number, end: number): ByteReader {
  if (at < 0 || at > end || end > bytes.length) throw damaged('a part lies outside of it');
  return new Reader(bytes, at, end);
}

/** A class for its speed: methods of a prototype are inlined where closures of each reader are not. */
class Reader implements ByteReader {
  readonly #bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  u8(): number {
    if (this.at >= this.end) throw damaged('a part is cut off');
    return this.#bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw damaged('a number is too long');
  }

  take(length: number): Uint8Array {
    const at = this.skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  skip(length: number): number {
    if (length > this.end - this.at) throw damaged('a part is cut off');
    this.at += length;
    return this.at - length;
  }
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function u32s(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}
