import { EngineError } from '../adapters/models/generate/index.ts';

const names: Readonly<Record<string, string>> = { groq: 'Groq', gemini: 'Gemini', openai: 'The language model' };

/** Why the local engine stood in, for whoever reads the minutes. */
export function fallbackReason(engine: string, error: unknown): string {
  return `${names[engine] ?? engine} ${because(error)}, so these minutes were made on this server, without a language model.`;
}

function because(error: unknown): string {
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
      return 'gave answers that could not be used';
    case 'rejected':
      return 'refused the request';
    default:
      return error.kind satisfies never;
  }
}
