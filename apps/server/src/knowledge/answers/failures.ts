import { EngineError } from '../../adapters/models/generate/index.ts';

const names: Readonly<Record<string, string>> = { groq: 'Groq', gemini: 'Gemini', openai: 'The language model' };

/** Thrown where a model's answer is whole and names no passage that it was given. */
export class NoSourceError extends Error {}

/** Why quotes stand in, for whoever asked. */
export function fallbackReason(engine: string, error: unknown): string {
  return `${names[engine] ?? engine} ${because(error)}, so these are the passages that fit the question best, as they stand.`;
}

function because(error: unknown): string {
  if (error instanceof NoSourceError) return 'named no source for what it wrote';
  if (!(error instanceof EngineError)) return 'failed';
  switch (error.kind) {
    case 'rate-limited':
      return 'takes no more requests for the moment';
    case 'quota':
      return 'has no quota left for this key';
    case 'unavailable':
      return error.message.includes('API key')
        ? 'refused the API key'
        : 'could not be reached or did not answer in time';
    case 'failed':
      return 'broke off or gave an answer that could not be used';
    case 'rejected':
      return 'refused the request';
    default:
      return error.kind satisfies never;
  }
}
