export type { GenerateEngine, GenerateRequest, TextEngine, TextRequest } from './contract.ts';
export { createAiSdkEngine, createAiSdkTextEngine, type AiSdkOptions, type Provider } from './ai-sdk.ts';
export { EngineError, type EngineErrorKind } from '../transcribe/contract.ts';
