import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createClassOf, tryHold, waitForPlace, type GateOptions } from './gate.ts';
import { answerRefusal, isRefusal } from './refusal.ts';

export { alwaysPass, type AdmissionClass, type GateOptions } from './gate.ts';
export type { Place } from './hold-place.ts';

/**
 * A request listener that lets `handler` have a request when its class has room, and else answers 503 or 429 with Retry-After
 * and a JSON error, before the body is read. Clients that ask first (`Expect: 100-continue`) send none of it where it listens
 * to `checkContinue` too:
 *
 *     const server = createServer(governHttp(handler, { requestClass }));
 *     server.on('checkContinue', governHttp((request, response) => {
 *       response.writeContinue();
 *       handler(request, response);
 *     }, { requestClass }));
 */
export function governHttp(handler: RequestListener, options: GateOptions<IncomingMessage>): RequestListener {
  const pass = createPass(options, (request) => request.url ?? '/');
  return (request, response) =>
    pass(request, response, (error) => {
      if (error === undefined) handler(request, response);
      else response.destroy(error instanceof Error ? error : undefined);
    });
}

/** `next` is called as Connect's: with nothing to go on, or with an error that is no refusal. */
export function createPass<Request extends IncomingMessage>(
  options: GateOptions<Request>,
  urlOf: (request: Request) => string,
) {
  const classOf = createClassOf(options);
  return (request: Request, response: ServerResponse, next: (error?: unknown) => void): void => {
    const requestClass = classOf(request, urlOf(request));
    if (requestClass === null) return next();
    if (tryHold(requestClass, request, response)) return next();
    waitForPlace(requestClass, request, response, {
      enter: next,
      refuse: (error) => (isRefusal(error) ? answerRefusal(error, request, response) : next(error)),
    });
  };
}
