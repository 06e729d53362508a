import { z } from 'zod';
import { epochMs } from './ids.ts';

/** A speech or language-model engine as Settings shows it. */
export const engineStatus = z.object({
  name: z.string(),
  /** What it does. */
  task: z.enum(['transcribe', 'minutes', 'answers', 'embeddings']),
  kind: z.enum(['local', 'cloud']),
  /** Whether it is the one in use. */
  active: z.boolean(),
  /** `ready`; `paused` until `resumesAt` (outage, rate limit, quota); `missing` when not configured or not found. */
  state: z.enum(['ready', 'paused', 'missing', 'setting-up']),
  resumesAt: epochMs.nullable(),
  /** One line: why it was chosen, why it is paused, or what to do to have it. */
  detail: z.string(),
  /** Calls at once, now. */
  concurrency: z.number().int().nonnegative(),
  /** 0 to 1 while it is set up. */
  progress: z.number().min(0).max(1).nullable(),
  /** Said on the page where its text needs a caveat; null otherwise. */
  caveat: z.string().nullable(),
});
export type EngineStatus = z.infer<typeof engineStatus>;

export const engineList = z.object({ engines: z.array(engineStatus) });

/** The answer to "Try it": what an engine heard in a posted recording. */
export const engineTrial = z.object({ engine: z.string(), text: z.string(), tookMs: z.number().int().nonnegative() });
export type EngineTrial = z.infer<typeof engineTrial>;
