import { createTrackFile } from './media/index.ts';

/** A short recording whole, as Ogg/Opus. Throws `UNSUPPORTED_MEDIA`. */
export async function toOgg(bytes: Uint8Array, mimeType: string): Promise<Uint8Array> {
  async function* whole() {
    yield bytes;
  }
  return Buffer.concat(await Array.fromAsync(createTrackFile({ mimeType, bytes: whole() })));
}
