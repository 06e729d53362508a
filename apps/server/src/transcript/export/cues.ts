import type { Segment } from '@hansard/protocol';
import { oneLine } from './source.ts';

export interface Cue {
  startMs: number;
  endMs: number;
  speaker: string | null;
  text: string;
}

/** Lines as captions on a timeline: each has a text on one line and lasts, and they begin in order. */
export async function* toCues(lines: AsyncIterable<Segment>): AsyncGenerator<Cue> {
  for await (const { startMs, endMs, speaker, text } of lines) {
    const shown = oneLine(text);
    if (shown === '') continue;
    yield { startMs, endMs: Math.max(endMs, startMs + 1), speaker: speaker && oneLine(speaker), text: shown };
  }
}
