export {
  EngineError,
  type EngineErrorKind,
  type TranscribedLine,
  type TranscribeEngine,
  type TranscribeRequest,
} from './contract.ts';
export { decodeOggOpus, decodeWhole, speechSampleRate } from './audio/decode.ts';
export { oggDurationMs } from './audio/ogg-packets.ts';
export { createGemini } from './gemini.ts';
export { createPocketSphinx, pocketSphinxCaveat } from './pocketsphinx.ts';
export { createSherpaOnnx } from './sherpa/sherpa-onnx.ts';
export { createSherpaProcess, type SherpaProcess } from './sherpa/sherpa-process.ts';
export { createWhisperApi } from './whisper-api.ts';
