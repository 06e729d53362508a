export type EngineName = 'gemini' | 'groq' | 'openai' | 'sherpa-onnx' | 'pocketsphinx';

/** What an operator may say about speech engines. What is left out is decided by the engine, or found. */
export interface TranscriptionConfig {
  engine: EngineName | 'auto' | 'none';
  geminiApiKey?: string | undefined;
  geminiModel?: string | undefined;
  geminiBaseUrl?: string | undefined;
  groqApiKey?: string | undefined;
  groqModel?: string | undefined;
  groqBaseUrl?: string | undefined;
  openaiApiKey?: string | undefined;
  openaiModel?: string | undefined;
  /** Of any server that speaks `/audio/transcriptions`; it may need no key. */
  openaiBaseUrl?: string | undefined;
  sherpaModelDir?: string | undefined;
  vadModelFile?: string | undefined;
  /** BCP 47. */
  language?: string | undefined;
  localConcurrency: number;
  cloudMaxConcurrency: number;
  /** Whether a first start may fetch or install a local engine. */
  setUp: boolean;
  /** Models that were set up are kept under it. */
  dataDir: string;
}
