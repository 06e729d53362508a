export interface Value {
  bytes: number;
}
export interface AnyCache {
  get(key: string): Value | undefined;
  set(key: string, value: Value): unknown;
}

/** What is asked for, in order: places in the lists of keys and of their values. */
export interface Work {
  names: readonly string[];
  values: readonly Value[];
  trace: Int32Array;
}

/** As services use a cache: what isn't there is made and set. Gives how often it was there. */
export function mixed(cache: AnyCache, { names, values, trace }: Work): number {
  let hits = 0;
  for (const key of trace) {
    if (cache.get(names[key]!) === undefined) cache.set(names[key]!, values[key]!);
    else hits += 1;
  }
  return hits;
}

export function get(cache: AnyCache, { names, trace }: Work): number {
  let hits = 0;
  for (const key of trace) if (cache.get(names[key]!) !== undefined) hits += 1;
  return hits;
}

export function set(cache: AnyCache, { names, values, trace }: Work): number {
  for (const key of trace) cache.set(names[key]!, values[key]!);
  return 0;
}
