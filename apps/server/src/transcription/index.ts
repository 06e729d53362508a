export { chooseEngine, type EngineChoice } from './choose-engine.ts';
export type { EngineName, TranscriptionConfig } from './config.ts';
export { countChunks, type ClaimedChunk } from './repository.ts';
export { transcriptionRoutes } from './routes.ts';
export { createTranscription, type Transcription, type TranscriptionOptions } from './service.ts';
export { findOnMachine, runProgram, setUpInBackground } from './set-up/index.ts';
export type { AppendSegments } from './settle.ts';
export { createSpeechGate } from './speech-gate/index.ts';
export { createOpenGate } from './speech-gate/open-gate.ts';
