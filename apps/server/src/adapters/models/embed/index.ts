export type { EmbedModel, EmbedPurpose } from './contract.ts';
export { createAiSdkEmbedModel, type EmbedProvider } from './ai-sdk.ts';
