import * as http from 'node:http';
import * as https from 'node:https';
import { apiFetch, maxAnswerBytes } from './api-fetch.ts';
import { EngineError } from './contract.ts';
import { httpEngineError } from './http-errors.ts';

/** Servers that say nothing of it keep an idle connection for 5 s or longer. */
const idleMs = 4000;

export interface ApiPost {
  /** Sends the pieces of a body. Rejects as `apiFetch` does, or with the reason of `signal`, which is to be this call's own. */
  post(headers: Record<string, string>, body: readonly Uint8Array[], signal: AbortSignal): Promise<string>;
  /** Lets go of idle connections. */
  close(): void;
}

/** `apiFetch` for one address that is called all the time: over connections that are kept, at a fraction of its CPU. */
export function createApiPost(address: string, { maxSockets }: { maxSockets: number }): ApiPost {
  const { Agent, globalAgent, request } = address.startsWith('https:') ? https : http;
  // Node's types leave it out. It is there where Node was told to use the proxies of its environment, as `fetch` then does.
  const { proxyEnv } = (globalAgent as { options?: { proxyEnv?: http.AgentOptions['proxyEnv'] } }).options ?? {};
  const agent = new Agent({ keepAlive: true, maxSockets, timeout: idleMs, ...(proxyEnv && { proxyEnv }) });

  function exchange(
    headers: Record<string, string>,
    body: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      let isAnswered = false;
      const fail = (cause: Error) => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (isAnswered) reject(new EngineError('failed', 'its answer broke off', { cause }));
        else reject(new EngineError('unavailable', `${new URL(address).host} can't be reached`, { cause }));
      };
      const length = String(body.reduce((sum, piece) => sum + piece.length, 0));
      const outgoing = request(address, {
        method: 'POST',
        agent,
        headers: { ...headers, accept: '*/*', 'accept-encoding': 'identity', 'content-length': length },
      });
      signal.addEventListener('abort', () => outgoing.destroy(signal.reason as Error), { once: true });
      outgoing.on('error', fail);
      outgoing.on('response', (response) => {
        isAnswered = true;
        const pieces: Buffer[] = [];
        let received = 0;
        response.on('error', fail);
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          received += piece.length;
          if (received <= maxAnswerBytes) return;
          reject(new EngineError('failed', `its answer is longer than ${maxAnswerBytes} bytes`));
          outgoing.destroy();
        });
        response.on('end', () => resolve({ response, body: Buffer.concat(pieces).toString('utf8') }));
      });
      for (const piece of body) outgoing.write(piece);
      outgoing.end();
    });
  }

  return {
    async post(headers, body, signal) {
      const answer = await exchange(headers, body, signal);
      const { statusCode: status = 0, headers: answered } = answer.response;
      if (status >= 200 && status < 300) return answer.body;
      if (status >= 300 && status < 400 && answered.location !== undefined) {
        return apiFetch(address, { method: 'POST', headers, body: Buffer.concat(body) }, signal);
      }
      throw httpEngineError({ status, retryAfter: answered['retry-after'] ?? null, body: answer.body });
    },
    close: () => agent.destroy(),
  };
}

interface Answer {
  response: http.IncomingMessage;
  body: string;
}
