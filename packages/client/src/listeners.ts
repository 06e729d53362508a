/** More than this many listeners of one thing is a leak in the page. */
const maxListeners = 100;

export interface Listeners<T> {
  /** Returns the function that takes the listener off again. */
  add(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

export function createListeners<T>(): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    add(listener) {
      if (all.size >= maxListeners) throw new RangeError(`More than ${maxListeners} listeners: one is not taken off.`);
      // A wrapper, so that the same function added twice is told twice and taken off once.
      const entry = (value: T) => listener(value);
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell(value) {
      for (const listener of all) listener(value);
    },
  };
}
