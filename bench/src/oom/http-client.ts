import { Agent, request, type IncomingMessage } from 'node:http';
import type { Outcome } from './tally.ts';

export interface Ask {
  method?: 'GET' | 'POST';
  path: string;
  /** JSON. */
  body?: string | undefined;
  /** As fast as it comes where it is left out. */
  readBytesPerSecond?: number | undefined;
  /** Keeps the answer's text; by default it is read and let go. */
  keepText?: boolean | undefined;
}

export interface Answer {
  outcome: Outcome;
  status: number;
  text: string;
}

export interface HttpClient {
  /** Resolves always; without any answer, its status is 0. */
  ask(ask: Ask): Promise<Answer>;
  /** Drops what is under way. */
  close(): void;
}

/** Codes with which a server says: not now. When, it says in `Retry-After`: without that, nobody knows what to do. */
const refusals = new Set([429, 503]);

/** Answers that are read slowly are taken in pieces as far apart as their size says. */
export function createHttpClient(url: string, { maxSockets, timeoutMs }: { maxSockets: number; timeoutMs: number }) {
  const agent = new Agent({ keepAlive: true, maxSockets });
  const client: HttpClient = {
    ask({ method = 'GET', path, body, readBytesPerSecond, keepText }) {
      return new Promise((resolve) => {
        const asked = request(`${url}${path}`, {
          agent,
          method,
          signal: AbortSignal.timeout(timeoutMs),
          headers:
            body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        });
        asked.on('error', () => resolve({ outcome: 'failed', status: 0, text: '' }));
        asked.on('response', (response) => {
          const status = response.statusCode ?? 0;
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => {
            if (keepText) pieces.push(piece);
            if (readBytesPerSecond !== undefined) pauseFor(response, (piece.length / readBytesPerSecond) * 1000);
          });
          response.on('error', () => resolve({ outcome: 'failed', status, text: '' }));
          response.on('end', () =>
            resolve({ outcome: outcomeOf(response), status, text: Buffer.concat(pieces).toString() }),
          );
        });
        asked.end(body);
      });
    },
    close: () => agent.destroy(),
  };
  return client;
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Outcome {
  if (statusCode >= 200 && statusCode < 300) return 'served';
  return refusals.has(statusCode) && headers['retry-after'] !== undefined ? 'refused' : 'failed';
}

function pauseFor(response: IncomingMessage, ms: number): void {
  response.pause();
  setTimeout(() => response.resume(), ms);
}
