/**
 * What an entry costs beside its value: its places in the map and the lists, the string of its key, and a share of the
 * room that tables keep in reserve. Measured as the slope of `heapUsed` after forced collections, before and after n
 * entries with keys of 20 characters and one shared value were set in an lru-cache of its own process, on Node 20 and 24
 * alike: 124 bytes at n = 100 000 (144 with a `ttlMs`), from 117 to 149 (137 to 166) at 5 000 to 400 000, as tables double.
 * These are the means. A longer key costs more: `sizeOf` is given it.
 */
export const measuredEntryOverheadBytes = 130;

/** What a time to live adds: when it was set, and for how long. */
export const measuredTtlOverheadBytes = 20;
