/** A worker or child process that answers what it is asked, in any order. */
export interface HelperPeer {
  send: (message: object) => void;
  onMessage: (call: (message: { id: number }) => void) => void;
  /** Told once, whether it crashed or was ended; says why. */
  onEnd: (call: (reason: string) => void) => void;
  end: () => void;
}

export interface Helper<Ask extends object, Answer extends object> {
  /** Rejects with the signal's reason on abort, with a `HelperEnded` where the peer is gone before it answers. */
  ask(question: Ask, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export class HelperEnded extends Error {}

interface HelperOptions {
  start: () => HelperPeer;
  /** Native code can't be interrupted: a question that takes longer ends the peer. */
  timeoutMs: number;
  /** A peer that had nothing to do for so long is ended, and started anew when it is needed. */
  idleMs: number;
  /** Questions under way; one more is refused with `HelperEnded`. */
  maxWaiting?: number;
}

interface Waiting<Answer> {
  answer: (answer: Answer) => void;
  fail: (error: Error) => void;
}

/** Keeps work and memory out of the main thread or the process, and is there only while there is something to do. */
export function createHelper<Ask extends object, Answer extends object>(options: HelperOptions): Helper<Ask, Answer> {
  const { start, timeoutMs, idleMs, maxWaiting = 1024 } = options;
  const waiting = new Map<number, Waiting<Answer>>();
  let peer: HelperPeer | null = null;
  let idleTimer: NodeJS.Timeout | undefined;
  let lastId = 0;

  function started(): HelperPeer {
    if (peer) return peer;
    const made = start();
    made.onMessage((message) => waiting.get(message.id)?.answer(message as Answer & { id: number }));
    made.onEnd((reason) => gone(made, reason));
    peer = made;
    return made;
  }

  function gone(which: HelperPeer, reason: string): void {
    if (peer !== which) return;
    peer = null;
    for (const one of waiting.values()) one.fail(new HelperEnded(reason));
  }

  function stop(): void {
    clearTimeout(idleTimer);
    const stopped = peer;
    if (!stopped) return;
    gone(stopped, 'was ended');
    stopped.end();
  }

  return {
    async ask(question, signal) {
      signal.throwIfAborted();
      if (waiting.size >= maxWaiting) throw new HelperEnded('has too much to do');
      clearTimeout(idleTimer);
      const id = (lastId += 1);
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      waiting.set(id, { answer: resolve, fail: reject });
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(stop, timeoutMs);
      try {
        started().send({ ...question, id });
        return await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        waiting.delete(id);
        if (waiting.size === 0) idleTimer = setTimeout(stop, idleMs).unref();
      }
    },
    close: async () => stop(),
  };
}
