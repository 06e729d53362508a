import { ClientError } from '../../client-error.ts';
import type { Encoding, EncodingOptions } from './contract.ts';
import { createOpusSlices, type OpusSlices } from './opus-slices.ts';
import { openPcmSource } from './pcm-source.ts';

/** As Chrome's recorder has it: the fewer packets, the less is spent on their frames. */
const packetMs = 60;
/** How long the page may be busy, or the encoder slow, before sound is lost: 5.8 MB of samples each. */
const maxUnreadMs = 30_000;
const maxEncodingMs = 30_000;
const maxEncodingBlocks = maxEncodingMs / packetMs;

/** Records by AudioWorklet and the browser's encoder, for browsers whose recorder does not make WebM. */
export async function openWebCodecs(options: EncodingOptions): Promise<Encoding> {
  const { stream, sliceMs, bitsPerSecond, onSlice, onFailed, onStopped } = options;
  const failed = (cause: unknown) =>
    onFailed(new ClientError('RECORDER_FAILED', 'The browser’s encoder failed.', cause));
  let slices: OpusSlices;
  const encoder = new AudioEncoder({
    error: failed,
    output(chunk, metadata) {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      const description = toBytes(metadata?.decoderConfig?.description);
      slices.add({ data, description, atMs: chunk.timestamp / 1_000, durationMs: (chunk.duration ?? 0) / 1_000 });
    },
  });
  const source = await openPcmSource({
    stream,
    blockMs: packetMs,
    maxUnreadMs,
    onBlock({ samples, count, endedAtMs }) {
      if (encoder.state !== 'configured') return;
      if (encoder.encodeQueueSize > maxEncodingBlocks) {
        return failed(new Error(`More than ${maxEncodingMs} ms of sound wait for the encoder.`));
      }
      const sound = new AudioData({
        format: 'f32-planar',
        sampleRate: source.sampleRate,
        numberOfChannels: 1,
        numberOfFrames: count,
        timestamp: Math.round(slices.encoderMs() * 1_000),
        data: samples,
      });
      slices.captured(count, endedAtMs);
      encoder.encode(sound);
      sound.close();
    },
  });
  slices = createOpusSlices({ sampleRate: source.sampleRate, channels: 1, sliceMs, onSlice });
  try {
    encoder.configure(await opusConfig(source.sampleRate, bitsPerSecond));
  } catch (cause) {
    await source.stop();
    throw new ClientError('UNSUPPORTED_BROWSER', `This browser encodes no Opus at ${source.sampleRate} Hz.`, cause);
  }

  let stopping: Promise<void> | null = null;
  const finish = async () => {
    onStopped();
    await source.stop();
    // An encoder that failed is closed, and has nothing any more.
    if (encoder.state === 'configured') await encoder.flush().catch(failed);
    slices.end();
    if (encoder.state !== 'closed') encoder.close();
  };
  return {
    mimeType: 'audio/webm;codecs=opus',
    start() {
      // What fails before there is a recording has nobody to be told to.
      if (encoder.state !== 'configured') throw new ClientError('RECORDER_FAILED', 'The browser’s encoder failed.');
      source.start();
    },
    stop: () => (stopping ??= finish()),
  };
}

/** Packets of 60 ms where the browser lets one choose, of 20 ms elsewhere. */
async function opusConfig(sampleRate: number, bitrate: number): Promise<AudioEncoderConfig> {
  const config: AudioEncoderConfig = { codec: 'opus', sampleRate, numberOfChannels: 1, bitrate };
  for (const wanted of [{ ...config, opus: { frameDuration: packetMs * 1_000 } }, config]) {
    const { supported } = await AudioEncoder.isConfigSupported(wanted).catch(() => ({ supported: false }));
    if (supported) return wanted;
  }
  throw new RangeError('No configuration is supported.');
}

function toBytes(source: AllowSharedBufferSource | undefined): Uint8Array | undefined {
  if (!source) return undefined;
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
