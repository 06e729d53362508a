import { seededRandom } from './random.ts';

const noiseBytes = 1 << 20;
const random = seededRandom(1);
const noise = Buffer.from(Array.from({ length: noiseBytes }, () => Math.floor(random() * 256)));
/** No two tracks have the same bytes at the same offset. */
const trackShift = 4999;

export function trackName(track: number): string {
  return `track-${track}`;
}

/** What a track holds from `start` to `end`: the same whenever it is asked. */
export function trackBytes(track: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let at = 0; at < bytes.length;) {
    at += noise.copy(bytes, at, (track * trackShift + start + at) % noiseBytes);
  }
  return bytes;
}
