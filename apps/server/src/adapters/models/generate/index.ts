export type { GenerateEngine, GenerateRequest } from './contract.ts';
export { createAiSdkEngine, type AiSdkOptions, type Provider } from './ai-sdk.ts';
export { EngineError, type EngineErrorKind } from '../transcribe/contract.ts';
