/** Bounds the bytes that all tracks together have on the way, first come first served: each asks for one slice at a time. */
export interface SendBudget {
  /** Resolves when the bytes may be taken from the spool and sent. */
  take(bytes: number): Promise<void>;
  give(bytes: number): void;
  taken(): number;
}

export function createSendBudget(maxBytes: number): SendBudget {
  let taken = 0;
  const waiting: { bytes: number; go: () => void }[] = [];

  const admit = () => {
    for (let [first] = waiting; first; [first] = waiting) {
      // One slice may always go, however large it is.
      if (taken > 0 && taken + first.bytes > maxBytes) return;
      taken += first.bytes;
      waiting.shift();
      first.go();
    }
  };

  return {
    take(bytes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ bytes, go: resolve });
      admit();
      return promise;
    },
    give(bytes) {
      taken -= bytes;
      admit();
    },
    taken: () => taken,
  };
}
