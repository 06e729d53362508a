export {
  EngineError,
  type EngineErrorKind,
  type TranscribedLine,
  type TranscribeEngine,
  type TranscribeRequest,
} from './contract.ts';
export { decodeOggOpus, decodeWhole, oggDurationMs, speechSampleRate } from './audio/index.ts';
export { createGemini } from './gemini.ts';
export { createHelper, type HelperPeer } from './helper.ts';
export { createPocketSphinx, pocketSphinxCaveat } from './pocketsphinx.ts';
export { createSherpaOnnx } from './sherpa/sherpa-onnx.ts';
export { createSherpaProcess, type SherpaProcess } from './sherpa/sherpa-process.ts';
export { createWhisperApi } from './whisper-api.ts';
