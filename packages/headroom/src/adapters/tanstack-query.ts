import { QueryCache, QueryClient, notifyManager } from '@tanstack/query-core';
import type { Query, QueryCacheNotifyEvent, QueryClientConfig } from '@tanstack/query-core';
import type { Response, Strengths } from '../contracts.ts';
import { estimateBytes } from './estimate-bytes.ts';

export interface BoundedQueryClientOptions {
  /** Queries at most. 100 by default. */
  readonly maxQueries?: number;
  /** Bytes of their data at most, as `sizeOf` gives them. 50 MB by default. */
  readonly maxBytes?: number;
  /** How long a query that nobody observes is kept. 5 minutes by default. */
  readonly gcTimeMs?: number;
  /** How long data counts as fresh. 30 s by default. */
  readonly staleTimeMs?: number;
  /** What a query's data holds in bytes; estimated where absent. */
  readonly sizeOf?: (data: unknown, queryKey: readonly unknown[]) => number;
  readonly strengths?: Strengths;
  /** The rest of the client's settings. */
  readonly client?: Omit<QueryClientConfig, 'queryCache'>;
}

export interface BoundedQueryClient {
  readonly client: QueryClient;
  /** What to give to `governor.respond`: lowers both bounds, and raises them again. */
  readonly response: Response;
  readonly bytes: number;
  readonly queries: number;
  readonly evictions: number;
}

const minuteMs = 60_000;
/** Queries that are let go of before a response may be stopped. */
const sliceQueries = 20;

/**
 * A query client that holds at most so many queries and bytes. Beyond, those that were used least recently go; those that are
 * observed or being fetched never do, so that they alone may be above the bounds.
 */
export function createBoundedQueryClient(options: BoundedQueryClientOptions = {}): BoundedQueryClient {
  const { maxQueries = 100, maxBytes = 50e6, gcTimeMs = 5 * minuteMs, staleTimeMs = 30_000 } = options;
  const cache = new BoundedQueryCache(maxQueries, maxBytes, options.sizeOf ?? estimateBytes);
  const { defaultOptions, ...rest } = options.client ?? {};
  const client = new QueryClient({
    ...rest,
    queryCache: cache,
    defaultOptions: {
      ...defaultOptions,
      queries: { gcTime: gcTimeMs, staleTime: staleTimeMs, ...defaultOptions?.queries },
    },
  });
  return {
    client,
    response: {
      name: 'queries',
      strengths: options.strengths ?? { warning: 0.25, critical: 0.5, emergency: 0.95 },
      apply: (strength) => cache.limit(Math.round(maxQueries * (1 - strength)), maxBytes * (1 - strength)),
    },
    get bytes() {
      return cache.bytes;
    },
    get queries() {
      return cache.sizes.size;
    },
    get evictions() {
      return cache.evictions;
    },
  };
}

/** Overrides what the cache tells itself: its subscribers hear of it a turn later, and by then there may be any number of queries. */
class BoundedQueryCache extends QueryCache {
  /** By hash, the least recently used first. */
  readonly sizes = new Map<string, number>();
  bytes = 0;
  evictions = 0;
  maxQueries: number;
  maxBytes: number;
  readonly sizeOf: (data: unknown, queryKey: readonly unknown[]) => number;

  constructor(maxQueries: number, maxBytes: number, sizeOf: BoundedQueryCache['sizeOf']) {
    super();
    this.maxQueries = maxQueries;
    this.maxBytes = maxBytes;
    this.sizeOf = sizeOf;
  }

  override get: QueryCache['get'] = (queryHash) => {
    const bytes = this.sizes.get(queryHash);
    if (bytes !== undefined) this.#touch(queryHash, bytes);
    return super.get(queryHash);
  };

  override notify(event: QueryCacheNotifyEvent): void {
    super.notify(event);
    const { type, query } = event;
    if (type === 'removed') return this.#forget(query.queryHash);
    if (type === 'added' || (type === 'updated' && setsData.has(event.action.type))) this.#measure(query);
    if (!this.#isOver()) return;
    // Not the query that this is about: whoever adds or sets it goes on with it.
    for (const _ of this.#evict(query));
    // Only now can it be seen that it is unobserved, or too large to be kept at all.
    if (this.#isOver()) notifyManager.schedule(() => Array.from(this.#evict()));
  }

  /** Sets bounds and evicts down to them; each yield says how many bytes went since the last. */
  *limit(maxQueries: number, maxBytes: number): Generator<number> {
    this.maxQueries = maxQueries;
    this.maxBytes = maxBytes;
    yield* this.#evict();
  }

  *#evict(except?: unknown): Generator<number> {
    let evicted = 0;
    let freedBytes = 0;
    for (const [queryHash, bytes] of this.sizes) {
      if (!this.#isOver()) break;
      const query = super.get(queryHash);
      if (query === undefined || query === except || !isUnused(query)) continue;
      this.remove(query);
      this.evictions += 1;
      evicted += 1;
      freedBytes += bytes;
      if (evicted % sliceQueries > 0) continue;
      yield freedBytes;
      freedBytes = 0;
    }
    yield freedBytes;
  }

  #isOver(): boolean {
    return this.sizes.size > this.maxQueries || this.bytes > this.maxBytes;
  }

  #measure(query: Query): void {
    const { queryHash, queryKey, state } = query;
    // One that was removed lives on with whoever holds it.
    if (super.get(queryHash) !== query) return;
    const bytes = state.data === undefined ? 0 : this.sizeOf(state.data, queryKey);
    this.bytes += bytes - (this.sizes.get(queryHash) ?? 0);
    this.#touch(queryHash, bytes);
  }

  #touch(queryHash: string, bytes: number): void {
    this.sizes.delete(queryHash);
    this.sizes.set(queryHash, bytes);
  }

  #forget(queryHash: string): void {
    this.bytes -= this.sizes.get(queryHash) ?? 0;
    this.sizes.delete(queryHash);
  }
}

const setsData: ReadonlySet<string> = new Set(['success', 'setState']);

const isUnused = (query: Query): boolean => query.getObserversCount() === 0 && query.state.fetchStatus === 'idle';
