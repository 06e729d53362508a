import type { MinutesDraft } from './draft.ts';
import type { Line } from './local/index.ts';
import type { Template } from './templates.ts';

export interface WriteOptions {
  template: Template;
  /** When the meeting began: milliseconds since 1970. */
  startedAt: number;
  signal: AbortSignal;
  /** Gets 0 to 1; may be called often. */
  onProgress: (progress: number) => void;
}

/**
 * Makes minutes of lines in the order of speech. Every item cites lines that were given. Rejects with the signal's reason
 * once that is aborted; with `EngineError` where a provider failed.
 */
export interface MinutesEngine {
  /** As in the API and in the configuration: `local`, `groq`, … */
  readonly name: string;
  /** As it is shown beside the minutes: the provider and the model. */
  readonly label: string;
  write(lines: readonly Line[], options: WriteOptions): Promise<MinutesDraft>;
}
