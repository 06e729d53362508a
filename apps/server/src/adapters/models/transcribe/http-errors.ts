import { EngineError } from './contract.ts';

interface HttpFailure {
  status: number;
  retryAfter: string | null;
  /** The beginning of the body. */
  body: string;
}

const quotaWords = /quota|billing|insufficient|credit|per[ _-]?day|\bTPD\b|\bRPD\b|daily/i;
const maxMessageLength = 300;

/**
 * What an HTTP answer says about the engine and the chunk. A key that is refused, an address that is wrong and a provider
 * in trouble (5xx) pause the engine and cost no chunk anything: the scheduler finds out whether it is one chunk's doing.
 * Only what the provider says about this sound (400, 413, 415, 422) fails the chunk.
 */
export function httpEngineError({ status, retryAfter, body }: HttpFailure, now = Date.now()): EngineError {
  const message = `${status}: ${messageOf(body)}`;
  const wait = retryAfterMs(retryAfter, now);
  const options = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429) return new EngineError(quotaWords.test(body) ? 'quota' : 'rate-limited', message, options);
  if (status === 402) return new EngineError('quota', message, options);
  if (status === 401 || status === 403) {
    return new EngineError('unavailable', `its API key was refused (${message})`, options);
  }
  if (status === 404) return new EngineError('unavailable', `its address or model is unknown (${message})`, options);
  if (status === 408 || status >= 500) return new EngineError('unavailable', message, options);
  // Gemini answers a refused key with 400.
  if (/api[ _-]?key/i.test(body)) return new EngineError('unavailable', `its API key was refused (${message})`);
  return new EngineError('rejected', message);
}

/** Seconds or an HTTP date, as milliseconds from now. */
function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, Math.round(wait)) : undefined;
}

/** The provider's own words, where the body has the usual `{ error: { message } }`. */
function messageOf(body: string): string {
  const [, quoted] = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body) ?? [];
  return (quoted ?? body).replaceAll(/\s+/g, ' ').trim().slice(0, maxMessageLength) || 'no message';
}
