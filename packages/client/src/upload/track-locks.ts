/** Sees to it that one tab alone records or uploads a track. */
export interface TrackLocks {
  /** The function that lets go of the track, or null where another tab holds it. A closed tab lets go of all of its own. */
  tryAcquire(trackId: string): Promise<(() => void) | null>;
}

/** Web Locks, which a browser's tabs (or a Node process) share. Where there are none, or null is given, locks of its own. */
export function createTrackLocks(locks: LockManager | null = globalThis.navigator?.locks ?? null): TrackLocks {
  return locks ? sharedLocks(locks) : ownLocks();
}

function sharedLocks(locks: LockManager): TrackLocks {
  return {
    tryAcquire(trackId) {
      const { promise, resolve, reject } = Promise.withResolvers<(() => void) | null>();
      locks
        .request(`hansard-track-${trackId}`, { ifAvailable: true }, (lock) => {
          if (!lock) return resolve(null);
          // The lock is held until this promise is fulfilled.
          const held = Promise.withResolvers<void>();
          resolve(held.resolve);
          return held.promise;
        })
        .catch(reject);
      return promise;
    },
  };
}

function ownLocks(): TrackLocks {
  const held = new Set<string>();
  return {
    async tryAcquire(trackId) {
      if (held.has(trackId)) return null;
      held.add(trackId);
      return () => void held.delete(trackId);
    },
  };
}
