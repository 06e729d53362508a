import type { TranscribedLine } from '../contract.ts';

interface Recognised {
  text: string;
  /** Seconds at which each token begins; many models give none. */
  timestamps?: number[];
}

/** One line a chunk, from its first token on where the model says when that was. Marks such as `<|en|>` are left out. */
export function linesFromTokens({ text, timestamps }: Recognised, durationMs: number): TranscribedLine[] {
  const spoken = text
    .replaceAll(/<\|[^|]*\|>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (spoken === '') return [];
  return [{ startMs: Math.min((timestamps?.[0] ?? 0) * 1000, durationMs), endMs: durationMs, text: spoken }];
}
