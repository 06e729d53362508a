import { TextDecoder } from 'node:util';

/** Control characters that plain text does not have. */
const strayControls = /[\p{Cc}--[\t\n\f\r]]/gv;
/** Of all characters: a terminal's colours and the like. */
const maxStrayShare = 0.001;

/**
 * Text of UTF-8, of UTF-16 that has a byte order mark, or of Windows' Latin-1. Null where the bytes are no text. A character
 * that is cut off at the end is left out.
 * @param charset what the file itself says, where it does (HTML)
 */
export function decodeText(bytes: Uint8Array, charset?: string): string | null {
  const text = decode(bytes, charset);
  const stray = text.match(strayControls)?.length ?? 0;
  if (stray > Math.max(1, text.length * maxStrayShare)) return null;
  return text.replaceAll(/\r\n?/g, '\n');
}

function decode(bytes: Uint8Array, charset?: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return decoderOf(charset).decode(bytes);
  }
}

function decoderOf(charset = 'windows-1252'): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder('windows-1252');
  }
}
