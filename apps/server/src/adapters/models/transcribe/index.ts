export {
  EngineError,
  type EngineErrorKind,
  type TranscribedLine,
  type TranscribeEngine,
  type TranscribeRequest,
} from './contract.ts';
export { decodeWhole, oggDurationMs } from './audio/index.ts';
export { createGemini } from './gemini.ts';
export { withDeadline } from './deadline.ts';
export { asEngineError } from './engine-error.ts';
export { createHelper, type HelperPeer } from './helper.ts';
export { createPocketSphinx, pocketSphinxCaveat } from './pocketsphinx.ts';
export { createSherpaOnnx } from './sherpa/sherpa-onnx.ts';
export { createSherpaProcess } from './sherpa/sherpa-process.ts';
export { createWhisperApi } from './whisper-api.ts';
