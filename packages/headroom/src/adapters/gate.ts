import type { IncomingMessage, ServerResponse } from 'node:http';
import { holdPlace, whenClosed, type Place } from './hold-place.ts';

/** What an adapter needs of a request class; `governor.requestClass()` gives one. */
export interface AdmissionClass {
  /** A place at once, or null where there is none. */
  tryEnter(): Place | null;
  /** A place at once that `response` holds until it has ended; says whether there is one. Costs less than `tryEnter`. */
  tryHold?(response: ServerResponse): boolean;
  /** Waits for a place. Rejects with a `MemoryPressureError` where it can't be had, or as `signal` is aborted. */
  enter(signal?: AbortSignal): Promise<Place>;
}

export interface GateOptions<Request> {
  /** The class of all requests that `classify` has nothing to say about. */
  readonly requestClass: AdmissionClass;
  /** A request's class; null lets it pass always, undefined leaves it to `requestClass`. Called before the body is read. */
  readonly classify?: (request: Request) => AdmissionClass | null | undefined;
  /** Paths, without a query, that pass always. Default: `alwaysPass`. */
  readonly exempt?: readonly string[];
}

/** Who asks for these must not be told to come again later: they say how the service is. */
export const alwaysPass = [
  '/health',
  '/healthz',
  '/live',
  '/livez',
  '/ready',
  '/readyz',
  '/metrics',
] as const satisfies readonly string[];

/** The class that a request has to enter; null lets it pass. `url` is its path and query. */
export function createClassOf<Request>({ requestClass, classify, exempt = alwaysPass }: GateOptions<Request>) {
  const paths = new Set(exempt);
  const marks = exempt.reduce((all, path) => all | (path.length > markAt ? markOf(path) : everyMark), 0);
  return (request: Request, url: string): AdmissionClass | null => {
    if (classify !== undefined) {
      const classified = classify(request);
      if (classified !== undefined) return classified;
    }
    if ((marks & markOf(url)) === 0) return requestClass;
    const queryAt = url.indexOf('?');
    return paths.has(queryAt < 0 ? url : url.slice(0, queryAt)) ? null : requestClass;
  };
}

/** By its fourth character most paths are told from those that are exempt, and needn't be hashed: one of 32 bits stands for it. */
const markAt = 3;
const markOf = (url: string) => 1 << (url.charCodeAt(markAt) & 31);
/** Of paths that are shorter: a query may follow. */
const everyMark = -1;

/** HTTP/2's responses don't say whether they are closed. */
const isOpen = ({ closed }: { readonly closed?: boolean }) => closed === false;

/** Takes a place at once, until the response has ended; says whether there was one. */
export function tryHold(requestClass: AdmissionClass, request: IncomingMessage, response: ServerResponse): boolean {
  // A pipelined request's response has no socket until its turn, and may never have one.
  if (requestClass.tryHold !== undefined && isOpen(response) && response.socket !== null) {
    return requestClass.tryHold(response);
  }
  const place = requestClass.tryEnter();
  if (place === null) return false;
  holdPlace(request, response, place);
  return true;
}

/**
 * Waits for a place, holds it, and calls `enter`; or calls `refuse` with why not. Where the client has gone, neither is called,
 * and its place in the line, or the one that it got too late, is free.
 */
export function waitForPlace(
  requestClass: AdmissionClass,
  request: IncomingMessage,
  response: ServerResponse,
  { enter, refuse }: { enter(): void; refuse(error: unknown): void },
): void {
  const gone = new AbortController();
  whenClosed(request, response, () => gone.abort());
  requestClass.enter(gone.signal).then(
    (place) => {
      if (gone.signal.aborted) return place.leave();
      holdPlace(request, response, place);
      enter();
    },
    (error: unknown) => {
      if (!gone.signal.aborted) refuse(error);
    },
  );
}
