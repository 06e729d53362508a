/** Classes are labels of metrics: these many, the rest is counted as one. */
const maxClasses = 20;
const rest = 'other';

export interface KeyClasses {
  add(key: string): void;
  remove(key: string): void;
  clear(): void;
  counts(): Record<string, number>;
}

/** Counts keys by class. A `keyClass` that throws counts as `other`. */
export function createKeyClasses(keyClass: (key: string) => string): KeyClasses {
  const counts = new Map<string, number>();

  function count(key: string, change: 1 | -1) {
    let label = rest;
    try {
      label = keyClass(key);
    } catch {
      // A label must not cost the entry.
    }
    if (!counts.has(label) && counts.size >= maxClasses) label = rest;
    counts.set(label, (counts.get(label) ?? 0) + change);
  }

  return {
    add: (key) => count(key, 1),
    remove: (key) => count(key, -1),
    clear: () => counts.clear(),
    counts: () => Object.fromEntries(counts),
  };
}
