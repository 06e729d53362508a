import { parentPort } from 'node:worker_threads';
import { decodeWhole } from '../../adapters/models/transcribe/audio/index.ts';
import { voicedMs } from './detect-speech.ts';

export interface VoiceAsk {
  ogg: Uint8Array;
}
export type VoiceAnswer = { voicedMs: number } | { unreadable: string };

async function answer(ogg: Uint8Array): Promise<VoiceAnswer> {
  try {
    return { voicedMs: voicedMs(await decodeWhole(ogg)) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : 'unreadable' };
  }
}

async function reply({ id, ogg }: VoiceAsk & { id: number }): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort?.postMessage({ id, ...(await answer(ogg)) });
}

parentPort?.on('message', (ask: VoiceAsk & { id: number }) => void reply(ask));
