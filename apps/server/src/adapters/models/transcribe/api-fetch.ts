import { EngineError } from './contract.ts';
import { httpEngineError } from './http-errors.ts';

export const maxAnswerBytes = 1024 * 1024;

/**
 * A request whose every fault is an `EngineError`: no connection and no answer in time are `unavailable`, a status is
 * what `httpEngineError` makes of it, a body that breaks off or is over 1 MB is `failed`. Gives back the body of a success.
 */
export async function apiFetch(url: string, init: RequestInit, signal: AbortSignal): Promise<string> {
  const response = await connect(url, init, signal);
  const body = await readBounded(response, signal);
  if (response.ok) return body;
  throw httpEngineError({ status: response.status, retryAfter: response.headers.get('retry-after'), body });
}

async function connect(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new EngineError('unavailable', `${new URL(url).host} can't be reached`, { cause });
  }
}

async function readBounded(response: Response, signal: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      length += piece.length;
      if (length > maxAnswerBytes) break;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new EngineError('failed', 'its answer broke off', { cause });
  }
  if (length > maxAnswerBytes) throw new EngineError('failed', `its answer is longer than ${maxAnswerBytes} bytes`);
  return Buffer.concat(pieces).toString('utf8');
}
