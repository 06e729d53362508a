/** What a text is embedded for: some models embed a question otherwise than what answers it. */
export type EmbedPurpose = 'passage' | 'question';

/**
 * Texts to vectors. Makes one call and never tries again by itself. Rejects with `EngineError` only; `signal` ends the
 * call. Gives one vector for each text, in their order, all of `dims` numbers, of any length but 0; keeps nothing.
 */
export interface EmbedModel {
  /** Provider, model and dimensions: vectors of different IDs can't be compared. */
  readonly id: string;
  readonly name: string;
  readonly dims: number;
  /** Texts in one call at most. */
  readonly maxTexts: number;
  embed(texts: readonly string[], purpose: EmbedPurpose, signal: AbortSignal): Promise<Float32Array[]>;
}
