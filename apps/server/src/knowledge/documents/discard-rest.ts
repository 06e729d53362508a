import type { IncomingMessage } from 'node:http';

/**
 * Reads on what a request still sends, to nowhere: a browser hears a refusal only when it has sent all. Beyond `maxBytes` it
 * is cut off.
 */
export function discardRest(request: IncomingMessage, maxBytes: number): void {
  if (request.readableEnded || request.destroyed) return;
  let bytes = 0;
  request.unpipe();
  request.on('data', (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > maxBytes) request.destroy();
  });
  request.resume();
}
