import type { BeforeAfter, Clock, Gauges, Log, Tracked } from '../contracts.ts';

export interface Track {
  /**
   * Runs `fn` and says what memory was like before and after; what `fn` throws goes through, and is logged with the same
   * figures. What else runs meanwhile, and garbage, are in the difference.
   */
  <T>(name: string, fn: () => Promise<T>): Promise<Tracked<T>>;
  <T>(name: string, fn: () => T): Tracked<T>;
}

export function createTrack(readGauges: () => Gauges, clock: Pick<Clock, 'now'>, log: Log): Track {
  function track<T>(name: string, fn: () => T | Promise<T>): Tracked<T> | Promise<Tracked<T>> {
    const before = readGauges();
    const startMs = clock.now();

    const end = (): Omit<Tracked<T>, 'value'> => {
      const durationMs = clock.now() - startMs;
      const after = readGauges();
      const heap = compare(before.heapUsedBytes, after.heapUsedBytes);
      const rss = compare(before.rssBytes, after.rssBytes);
      const external = compare(before.externalBytes, after.externalBytes);
      return { name, durationMs, heap, rss, external };
    };
    const finish = (value: T): Tracked<T> => {
      const figures = end();
      log.debug(figures, 'tracked');
      return { value, ...figures };
    };
    const failed = (error: unknown) => log.debug({ ...end(), error }, 'tracked, and failed');

    try {
      const result = fn();
      if (!(result instanceof Promise)) return finish(result);
      return result.then(finish, (error: unknown) => {
        failed(error);
        throw error;
      });
    } catch (error) {
      failed(error);
      throw error;
    }
  }
  return track as Track;
}

const compare = (beforeBytes: number, afterBytes: number): BeforeAfter => ({
  beforeBytes,
  afterBytes,
  diffBytes: afterBytes - beforeBytes,
});
