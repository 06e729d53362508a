import { Counter, Gauge, type Registry } from 'prom-client';
import { levels, type CollectionKind, type Level, type Reading, type Sample } from '../contracts.ts';

/** What the metrics are read from; a `Governor` is one. */
export interface MetricsSource {
  readonly level: Level;
  sample(): Sample;
  leak(): { readonly severity: 'warning' | 'critical' | null };
  caches(): readonly {
    readonly name: string;
    readonly bytes: number;
    readonly hitRatio: number;
    readonly keysByClass: Readonly<Record<string, number>>;
    readonly evictions: Readonly<Record<string, number>>;
  }[];
  classes(): readonly {
    readonly name: string;
    readonly inFlight: number;
    readonly queued: number;
    readonly entered: number;
    readonly refusedForMemory: number;
    readonly refusedAsBusy: number;
  }[];
  ledger(): { readonly accountedBytes: number; readonly unexplainedBytes: number };
  readonly counters: {
    readonly levelChanges: number;
    readonly breakerTrips: number;
    readonly breakerRejections: number;
    readonly forcedCollections: number;
  };
}

type Labels = Record<string, string>;
/** Values with their labels, as they are when asked. */
type Read = (source: MetricsSource) => Iterable<readonly [Labels, number]>;

interface Metric {
  readonly kind: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: Read;
}

const one =
  (read: (source: MetricsSource) => number): Read =>
  (source) => [[{}, read(source)]];

const ofSignals =
  (read: (reading: Reading) => number): Read =>
  (source) =>
    Object.entries(source.sample().signals).map(([kind, reading]) => [{ kind }, read(reading)]);

const ofCollections =
  (read: (entry: Sample['gauges']['collections'][CollectionKind]) => number): Read =>
  (source) =>
    Object.entries(source.sample().gauges.collections).map(([kind, entry]) => [{ kind }, read(entry)]);

const ofCaches =
  (read: (cache: ReturnType<MetricsSource['caches']>[number]) => number): Read =>
  (source) =>
    source.caches().map((cache) => [{ cache: cache.name }, read(cache)]);

const ofClasses =
  (read: (requestClass: ReturnType<MetricsSource['classes']>[number]) => number): Read =>
  (source) =>
    source.classes().map((requestClass) => [{ class: requestClass.name }, read(requestClass)]);

const gauge = (help: string, labels: readonly string[], read: Read): Metric => ({ kind: 'gauge', help, labels, read });
const counter = (help: string, labels: readonly string[], read: Read): Metric => ({
  kind: 'counter',
  help,
  labels,
  read,
});

const metrics: Readonly<Record<string, Metric>> = {
  memory_usage_bytes: gauge(
    'Used of each signal that is on',
    ['kind'],
    ofSignals(({ usedBytes }) => usedBytes),
  ),
  memory_limit_bytes: gauge(
    'Limit of each signal that is on',
    ['kind'],
    ofSignals(({ limitBytes }) => limitBytes),
  ),
  memory_usage_percent: gauge(
    'Pressure: of the tightest signal',
    [],
    one((source) => 100 * source.sample().pressure),
  ),
  memory_pressure_level: gauge(
    'Level: 0 normal, 1 warning, 2 critical, 3 emergency',
    [],
    one(({ level }) => levels.indexOf(level)),
  ),
  memory_leak_state: gauge(
    'Whether memory leaks: 0 no, 1 warning, 2 critical',
    [],
    one((source) => [null, 'warning', 'critical'].indexOf(source.leak().severity)),
  ),
  memory_accounted_bytes: gauge(
    'What caches, reservations and components account for',
    [],
    one((source) => source.ledger().accountedBytes),
  ),
  memory_unexplained_bytes: gauge(
    'Resident memory that nobody accounts for',
    [],
    one((source) => source.ledger().unexplainedBytes),
  ),
  memory_level_changes_total: counter(
    'Changes of level',
    [],
    one(({ counters }) => counters.levelChanges),
  ),
  memory_breaker_trips_total: counter(
    'Times the breaker opened',
    [],
    one(({ counters }) => counters.breakerTrips),
  ),
  memory_breaker_rejections_total: counter(
    'Calls that the open breaker refused',
    [],
    one(({ counters }) => counters.breakerRejections),
  ),
  memory_forced_collections_total: counter(
    'Collections that were forced',
    [],
    one(({ counters }) => counters.forcedCollections),
  ),
  cache_size_bytes: gauge(
    'Bytes of a cache, overhead included',
    ['cache'],
    ofCaches(({ bytes }) => bytes),
  ),
  cache_hit_ratio: gauge(
    'Hits of all that were asked for',
    ['cache'],
    ofCaches(({ hitRatio }) => hitRatio),
  ),
  cache_keys: gauge('Keys of a cache by their class', ['cache', 'key_class'], (source) =>
    source
      .caches()
      .flatMap(({ name, keysByClass }) =>
        Object.entries(keysByClass).map(([key, keys]) => [{ cache: name, key_class: key }, keys] as const),
      ),
  ),
  cache_evictions_total: counter('Entries that had to go, by cause', ['cache', 'cause'], (source) =>
    source
      .caches()
      .flatMap(({ name, evictions }) =>
        Object.entries(evictions).map(([cause, count]) => [{ cache: name, cause }, count] as const),
      ),
  ),
  request_class_in_flight: gauge(
    'Requests of a class that run',
    ['class'],
    ofClasses(({ inFlight }) => inFlight),
  ),
  request_class_queued: gauge(
    'Requests of a class that wait',
    ['class'],
    ofClasses(({ queued }) => queued),
  ),
  request_class_entered_total: counter(
    'Requests of a class that were let in',
    ['class'],
    ofClasses(({ entered }) => entered),
  ),
  request_class_rejections_total: counter('Requests of a class that were refused', ['class', 'reason'], (source) =>
    source
      .classes()
      .flatMap(({ name, refusedForMemory, refusedAsBusy }) => [
        [{ class: name, reason: 'memory' }, refusedForMemory] as const,
        [{ class: name, reason: 'busy' }, refusedAsBusy] as const,
      ]),
  ),
  gc_collections_total: counter(
    'Collections',
    ['kind'],
    ofCollections(({ count }) => count),
  ),
  gc_pause_seconds_total: counter(
    'Time spent in collections',
    ['kind'],
    ofCollections(({ pauseMs }) => pauseMs / 1000),
  ),
};

/**
 * Registers what a governor sees with prom-client's registry. Everything is read when it is scraped: between scrapes it costs
 * nothing. Gives back how to take it out again. Throws where the registry has a metric of one of the names.
 */
export function registerMetrics(registry: Registry, source: MetricsSource): () => void {
  for (const [name, { kind, help, labels, read }] of Object.entries(metrics)) {
    const settings = { name, help, labelNames: labels, registers: [registry] };
    if (kind === 'gauge') {
      const metric: Gauge = new Gauge({
        ...settings,
        collect() {
          // What has gone meanwhile has no sample.
          metric.reset();
          for (const [values, value] of read(source)) metric.set(values, value);
        },
      });
    } else {
      const metric: Counter = new Counter({
        ...settings,
        collect() {
          metric.reset();
          for (const [values, value] of read(source)) metric.inc(values, value);
        },
      });
    }
  }
  return () => {
    for (const name of Object.keys(metrics)) registry.removeSingleMetric(name);
  };
}
