import { createCaptureClock } from './capture-clock.ts';
import { createWebmMuxer, type WebmMuxer } from './webm-muxer.ts';

/** What comes out of the encoder. */
export interface OpusPacket {
  data: Uint8Array<ArrayBuffer>;
  /** In the encoder's time, which has no holes. */
  atMs: number;
  /** 0 where the encoder does not say. */
  durationMs: number;
  /** With the first packet: what its decoder must know. */
  description?: Uint8Array | undefined;
}

interface OpusSlicesOptions {
  sampleRate: number;
  channels: number;
  sliceMs: number;
  onSlice: (slice: Blob) => void;
}

export interface OpusSlices {
  /** Where the encoder's next block begins in its time. */
  encoderMs(): number;
  /** A block of samples was captured. */
  captured(samples: number, endedAtMs: number): void;
  /** The encoder's next packet. */
  add(packet: OpusPacket): void;
  /** Tells what is not a whole slice yet. */
  end(): void;
}

/**
 * Puts packets into WebM and cuts that into slices. Time is counted in sound, not by a timer: those are slowed down in a
 * page that nobody looks at. Holds at most one slice.
 */
export function createOpusSlices({ sampleRate, channels, sliceMs, onSlice }: OpusSlicesOptions): OpusSlices {
  const clock = createCaptureClock(sampleRate);
  let muxer: WebmMuxer | null = null;
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let fromMs: number | null = null;
  const end = () => {
    if (parts.length > 0) onSlice(new Blob(parts));
    parts = [];
    fromMs = null;
  };
  return {
    encoderMs: clock.encoderMs,
    captured: clock.advance,
    add({ data, atMs, durationMs, description }) {
      muxer ??= createWebmMuxer({ channels, description });
      parts.push(...muxer.add(data, clock.trackMs(atMs)));
      fromMs ??= atMs;
      if (atMs + durationMs - fromMs >= sliceMs) end();
    },
    end,
  };
}
