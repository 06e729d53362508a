import type { SpeechGate } from './contract.ts';

/** Lets everything through without a look: for measurements with an engine that is made up. */
export function createOpenGate(): SpeechGate {
  return { name: 'off', hasSpeech: async () => true, close: async () => {} };
}
