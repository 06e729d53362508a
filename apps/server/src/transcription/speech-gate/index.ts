import type { SpeechGate } from './contract.ts';
import { createSileroGate } from './silero-gate.ts';
import { createVoiceGate } from './voice-gate.ts';

export type { SpeechGate } from './contract.ts';
export { createSileroGate } from './silero-gate.ts';
export { createVoiceGate } from './voice-gate.ts';

/** Silero's detector where its model is given, else the built-in one. */
export function createSpeechGate({ vadModelFile }: { vadModelFile?: string | undefined }): SpeechGate {
  return vadModelFile === undefined ? createVoiceGate() : createSileroGate({ modelFile: vadModelFile });
}
