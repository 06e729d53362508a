import { ClientError } from '../../client-error.ts';
import type { OpenEncoding } from './contract.ts';
import { openMediaRecorder } from './media-recorder.ts';

/** Opus in WebM, in the order in which browsers are asked for it. */
const mimeTypes = ['audio/webm;codecs=opus', 'audio/webm'];

/** What of the browser is looked at. */
export type RecordingFeatures = Partial<
  Pick<typeof globalThis, 'MediaRecorder' | 'AudioEncoder' | 'AudioWorkletNode' | 'isSecureContext'>
>;

/**
 * The way to record that this browser has: its own recorder, else its encoder, which is fetched only then. Rejects with
 * `UNSUPPORTED_BROWSER` where it has neither.
 */
export async function chooseEncoding(features: RecordingFeatures = globalThis): Promise<OpenEncoding> {
  const mimeType = mimeTypes.find((type) => features.MediaRecorder?.isTypeSupported?.(type));
  if (mimeType) return async (options) => openMediaRecorder({ ...options, mimeType });
  if (await canEncode(features)) {
    return async (options) => (await import('./web-codecs.ts')).openWebCodecs(options);
  }
  throw new ClientError('UNSUPPORTED_BROWSER', explain(features));
}

async function canEncode({ AudioEncoder, AudioWorkletNode }: RecordingFeatures): Promise<boolean> {
  if (!AudioEncoder || !AudioWorkletNode) return false;
  const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, bitrate: 32_000 };
  const { supported } = await AudioEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
  return supported === true;
}

function explain({ isSecureContext }: RecordingFeatures): string {
  return isSecureContext === false
    ? 'Recording works on secure pages only: https, or this computer.'
    : 'This browser can’t record Opus audio. Use Safari 18.4 or newer (iOS 18.4), or a current Chrome, Edge or Firefox.';
}
