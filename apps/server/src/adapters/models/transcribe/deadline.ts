interface Deadline {
  /** Left out where the call has its own. */
  timeoutMs?: number;
  stops: readonly AbortSignal[];
}

/**
 * Calls with a signal that ends with any of the given ones, or with a `TimeoutError`, and rejects at once when it does: a
 * call that ignores it is left behind. Unlike `AbortSignal.any` it leaves nothing on signals that live as long as the server.
 */
export async function withDeadline<T>(
  { timeoutMs, stops }: Deadline,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const { promise: ended, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  const release = stops.map((stop) => {
    const end = () => controller.abort(stop.reason);
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    return () => stop.removeEventListener('abort', end);
  });
  const giveUp = () => controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError'));
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
  try {
    return await Promise.race(signal.aborted ? [ended] : [call(signal), ended]);
  } finally {
    clearTimeout(timer);
    for (const remove of release) remove();
  }
}
