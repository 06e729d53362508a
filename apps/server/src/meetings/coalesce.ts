/**
 * Runs the work for a key once at a time. Calls that come while it runs are answered together by one more run, which
 * begins after it; so every call sees a run that began after the call. Holds keys of runs under way only.
 */
export function coalesceByKey(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const running = new Map<string, { now: Promise<void>; next: Promise<void> | null }>();

  const start = (key: string): Promise<void> => {
    const entry: { now: Promise<void>; next: Promise<void> | null } = { now: Promise.resolve(), next: null };
    entry.now = work(key).finally(() => {
      if (!entry.next) running.delete(key);
    });
    running.set(key, entry);
    return entry.now;
  };

  return (key) => {
    const entry = running.get(key);
    if (!entry) return start(key);
    entry.next ??= entry.now.then(
      () => start(key),
      () => start(key),
    );
    return entry.next;
  };
}
