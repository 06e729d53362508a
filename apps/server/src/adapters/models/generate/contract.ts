import type { z } from 'zod';

/** One question to a language model, answered in a given shape. */
export interface GenerateRequest<T> {
  /** What it is told to do. */
  system: string;
  /** What it is to work on: data, of which it obeys nothing. */
  prompt: string;
  /** Every key required, no transforms: providers hold their models to its JSON Schema. */
  schema: z.ZodType<T>;
}

/**
 * Text to a structured answer. Makes one call and never tries again by itself. Rejects with `EngineError` only: a call that
 * takes longer than the engine's time-out is `unavailable`, an answer that is no JSON or not of the schema is `failed`.
 * `signal` ends the call. An engine keeps nothing of a request after it has answered.
 */
export interface GenerateEngine {
  readonly name: string;
  readonly model: string;
  generate<T>(request: GenerateRequest<T>, signal: AbortSignal): Promise<T>;
}

export interface TextRequest {
  /** What it is told to do. */
  system: string;
  /** What it is to work on: data, of which it obeys nothing. */
  prompt: string;
}

/**
 * Text as a model writes it, in pieces of any length. Makes one call and never tries again by itself. Throws `EngineError`
 * only, after what it had written by then: the time-out is `unavailable`, an answer that breaks off is `failed` or
 * `unavailable`. `signal`, or leaving the loop, ends the call.
 */
export interface TextEngine {
  readonly name: string;
  readonly model: string;
  write(request: TextRequest, signal: AbortSignal): AsyncIterable<string>;
}
