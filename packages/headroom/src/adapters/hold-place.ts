import type { IncomingMessage, ServerResponse } from 'node:http';

/** A place in a request class. */
export interface Place {
  leave(): void;
}

const heldPlace = Symbol('headroom.place');
type Holder = ServerResponse & { [heldPlace]?: Place };

/** Gives the place back once: when the response has ended, or its connection is closed. */
export function holdPlace(request: IncomingMessage, response: ServerResponse, place: Place): void {
  const holder = response as Holder;
  if (holder[heldPlace] !== undefined || response.socket === null) {
    return whenClosed(request, response, () => place.leave());
  }
  // One listener for all requests, and no closure for each: this is on the path of every request.
  holder[heldPlace] = place;
  response.on('close', leaveHeldPlace);
}

function leaveHeldPlace(this: Holder) {
  this[heldPlace]?.leave();
}

/** Calls `closed` once, at the response's end or its connection's. */
export function whenClosed(request: IncomingMessage, response: ServerResponse, closed: () => void): void {
  let isClosed = response.closed;
  const close = () => {
    request.socket?.off('close', close);
    if (isClosed) return;
    isClosed = true;
    closed();
  };
  response.once('close', close);
  // Before Node 24, a pipelined request's response, which has no socket until its turn, doesn't hear that the connection closes.
  if (response.socket === null) request.socket?.once('close', close);
  if (isClosed) closed();
}
