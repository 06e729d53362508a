import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.ts';
import { sharingLimits } from './limits.ts';
import { forwardedHeader } from './seal.ts';

/** Said by an instance that was asked and isn't the owner any more. */
export const elsewhereHeader = 'x-hansard-elsewhere';

/** What of an answer is passed on. */
const passedOn = ['content-type', 'cache-control', 'x-accel-buffering', 'retry-after'];

interface ForwardOptions {
  url: string;
  seal: string;
  question: unknown;
  /** Aborted where the one who is asked has lost the room before it answered. */
  lost: AbortSignal;
}

/** `gone`: it can't be reached, or has lost the room; `elsewhere`: it says that another one has it. Nothing was answered then. */
export type Outcome = 'answered' | 'gone' | 'elsewhere';

/**
 * Asks another instance and passes its answer on as it comes, be it an error. Throws `BUSY` where it takes too long, and where
 * the client has gone.
 */
export async function forward(request: FastifyRequest, reply: FastifyReply, options: ForwardOptions): Promise<Outcome> {
  const { url, seal, question, lost } = options;
  const client = new AbortController();
  const onClose = () => client.abort();
  reply.raw.once('close', onClose);
  const deadline = AbortSignal.timeout(sharingLimits.forwardMs);
  try {
    const response = await fetch(`${url}${request.url}`, {
      method: request.method,
      headers: { [forwardedHeader]: seal, ...contentOf(request.headers) },
      redirect: 'error',
      signal: AbortSignal.any([client.signal, deadline, lost]),
      ...(request.method === 'POST' && { body: JSON.stringify(question) }),
    }).catch((error: unknown) => {
      if (deadline.aborted || client.signal.aborted) throw tooLong(error);
      return null;
    });
    if (!response) return 'gone';
    if (response.headers.has(elsewhereHeader)) {
      await response.body?.cancel();
      return 'elsewhere';
    }
    await passOn(response, reply);
    return 'answered';
  } finally {
    reply.raw.off('close', onClose);
  }
}

function contentOf({ accept }: IncomingHttpHeaders): Record<string, string> {
  return { 'content-type': 'application/json', ...(accept !== undefined && { accept }) };
}

function tooLong(cause: unknown): AppError {
  return new AppError('BUSY', 'The instance that has this meeting’s room did not answer in time. Ask again.', {
    cause,
    retryAfterMs: 1000,
  });
}

/** A connection that breaks in the middle breaks the answer too: what is cut off must not look whole. */
async function passOn({ status, headers, body }: Response, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const kept = passedOn.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)!] as const] : []));
  reply.raw.writeHead(status, { ...(reply.getHeaders() as Record<string, string>), ...Object.fromEntries(kept) });
  if (body) await pipeline(Readable.fromWeb(body), reply.raw).catch(() => reply.raw.destroy());
  else reply.raw.end();
}
