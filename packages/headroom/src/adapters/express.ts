import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GateOptions } from './gate.ts';
import { createPass } from './http.ts';

export { alwaysPass, type AdmissionClass, type GateOptions } from './gate.ts';
export type { Place } from './hold-place.ts';

/** Express's and Connect's; typed without either. */
export type Middleware<Request> = (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Middleware that lets a request on when its class has room, and else answers 503 or 429 with Retry-After and a JSON error.
 * Use it before body parsers. Paths are those of the whole application, wherever it is mounted.
 */
export function governExpress<Request extends IncomingMessage & { originalUrl?: string }>(
  options: GateOptions<Request>,
): Middleware<Request> {
  return createPass(options, (request) => request.originalUrl ?? request.url ?? '/');
}
