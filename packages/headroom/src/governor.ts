import { createAlerts, type Alerts } from './alerts/index.ts';
import { createBreaker, type Breaker, type BreakerUsage } from './breaker/index.ts';
import { createCaches, type Cache, type CacheOptions, type CacheStats } from './caches/index.ts';
import { createRequestClasses, type ClassOptions, type ClassStats, type RequestClass } from './classes/index.ts';
import { createClock } from './clock.ts';
import {
  isAtLeast,
  type Ledger,
  type Level,
  type LevelChange,
  type Response,
  type Sample,
  type Strengths,
} from './contracts.ts';
import { createLevelListeners, type LevelListener } from './level-listeners.ts';
import { createLevelMachine, forecast, type Forecast, type Thresholds } from './levels/index.ts';
import { createMonitor, type LeakReport, type MinuteSummary, type Track } from './monitor/index.ts';
import {
  consoleLog,
  defaultCacheBudgetBytes,
  defaultSampleMs,
  defaultUrgentSampleMs,
  levelOptionsOf,
  type GovernorOptions,
} from './options.ts';
import { createPressureAlerts } from './pressure-alerts.ts';
import { readingsOf } from './pressure-error.ts';
import { createReservations, type Reservation, type ReservationOptions } from './reservations/index.ts';
import {
  createCollection,
  createDrainRequest,
  createFeatures,
  createResponder,
  type Feature,
  type FeatureOptions,
  type Relief,
  type ResponseState,
} from './responses/index.ts';
import { createNodeSensors } from './sensors/index.ts';

/** Everything a service governs its memory with. Bytes are bytes, times milliseconds, pressure is 0 to 1 and above. */
export interface Governor {
  /** Begins to sample. Until then (and where the timer is held up) guards take samples themselves. */
  start(): this;
  /** For good: nothing is scheduled or held any more, guards let everything through, and what was seen can be read. */
  stop(): void;

  readonly level: Level;
  /** At which pressure each level is entered. */
  readonly thresholds: Thresholds;
  /** Of the last sample. */
  readonly pressure: number;
  /** Changes of level so far. What was begun under an older one and ends late is to be dropped. */
  readonly generation: number;
  /** The last sample, or one taken now where that is too old. */
  sample(): Sample;
  /** The readings now, and how the breaker stands. */
  usage(): BreakerUsage;
  /** How hard the level and its pressure ask to act, for what isn't a response: 0 at normal. */
  strength(strengths: Strengths): number;
  /** When the next level is reached if memory goes on as in the last half minute; null where it does not rise. */
  forecast(): Forecast | null;
  /** The last minute's samples, and a summary of each of the last 60 minutes. */
  history(): { readonly fine: readonly Sample[]; readonly minutes: readonly MinuteSummary[] };
  /** The last 100 changes of level, oldest first. */
  readonly levelHistory: readonly LevelChange[];

  /** To be called before work that takes memory. Throws a `MemoryPressureError` (503) while memory is short. */
  check(): void;
  /** Checks, then gives what `fn` gives; throws what either throws. */
  run<T>(fn: () => T): T;
  readonly breaker: Pick<Breaker, 'state' | 'trips' | 'rejections'>;

  /** A cache under the budget of all, which shrinks under pressure. Throws an Error where the name is taken. */
  cache<V extends {}>(name: string, options: CacheOptions<V>): Cache<V>;
  /** Room for something big, to be released exactly once (`using` does). Throws a `MemoryPressureError` where there is none. */
  reserve(bytes: number, options: ReservationOptions): Reservation;
  /** Says what a component holds, in bytes, whenever the ledger is read. Gives back how to stop. */
  account(name: string, read: () => number): () => void;
  /** How many more of `bytes` each would be admitted now. */
  fits(bytes: number): number;
  /** What caches, reservations and components account for, beside what is measured. */
  ledger(): Ledger;

  /** What the service can do without from a level on: ask its `on`. Throws an Error where the name is taken. */
  feature(name: string, options: FeatureOptions): Feature;
  /** Requests of one priority, with a limit for each level. Throws an Error where the name is taken. */
  requestClass(name: string, options: ClassOptions): RequestClass;
  /** Adds what gives memory back under pressure; what it gives back takes it out. Throws an Error where the name is taken. */
  respond(response: Response): () => void;

  /** Runs `fn` and says what memory was like before and after. Throws what `fn` throws. */
  readonly track: Track;
  leak(): LeakReport;

  /**
   * Called with each change of level, in the turn of the sample. `signal` is aborted when the next one comes: an asynchronous
   * action that looks at it is dropped when it is late. Gives back how to stop.
   */
  onLevel(listener: LevelListener): () => void;
  /** Called with every sample. Gives back how to stop. */
  onSample(listener: (sample: Sample) => void): () => void;

  readonly alerts: Pick<Alerts, 'raise' | 'resolve' | 'firing' | 'recent'>;
  /** Bytes given back since pressure last began: by account, and as measured. */
  readonly relief: Relief;
  responses(): ResponseState[];
  caches(): CacheStats[];
  classes(): ClassStats[];
  features(): Feature[];
  readonly counters: Counters;
}

/** Since the governor was made. */
export interface Counters {
  readonly samples: number;
  readonly levelChanges: number;
  readonly breakerTrips: number;
  readonly breakerRejections: number;
  readonly forcedCollections: number;
}

/**
 * Puts the parts together. Nothing is scheduled before `start`. Throws a RangeError for options that could not work: thresholds
 * that don't rise by the band, a breaker that can't close, budgets that are no size.
 */
export function createGovernor(options: GovernorOptions = {}): Governor {
  const { clock = createClock(), log = consoleLog } = options;
  const { sampleMs = defaultSampleMs, urgentSampleMs = defaultUrgentSampleMs } = options;
  const levelOptions = levelOptionsOf(options);
  const machine = createLevelMachine(levelOptions);
  const ownSensors =
    options.sensors === undefined
      ? createNodeSensors({ ...options, onError: (name, error) => monitor.logSensor(name, error) })
      : null;
  const sensors = options.sensors ?? ownSensors!;
  const monitor = createMonitor({
    sensors,
    clock,
    log,
    urgent: () => isAtLeast(machine.level, 'critical'),
    sampleMs,
    urgentSampleMs,
    warnAt: levelOptions.thresholds.warning,
    ...(options.leak === undefined ? {} : { leak: options.leak }),
  });
  let samples = 0;

  /** Not what `monitor.sample` gives: a listener may have taken a newer one meanwhile. */
  function takeSample(): Sample {
    monitor.sample();
    return monitor.last!;
  }
  const last = () => monitor.last ?? takeSample();
  const readings = () => readingsOf(last(), machine.level);
  function fresh(): Sample {
    breaker.refresh();
    return last();
  }

  const criticalClasses: RequestClass[] = [];
  const collection = createCollection({
    ...options.collection,
    clock,
    log,
    mayStop: () => criticalClasses.every(({ inFlight }) => inFlight === 0),
  });
  const breaker = createBreaker({
    ...options.breaker,
    clock,
    maxAgeMs: 2 * sampleMs,
    nearMaxAgeMs: 2 * urgentSampleMs,
    level: () => machine.level,
    sample: last,
    resample: takeSample,
    ...(sensors.glance && { glance: () => sensors.glance!() }),
    recheck: () => (collection.now() ? takeSample() : null),
  });
  const caches = createCaches({ budgetBytes: options.cacheBudgetBytes ?? defaultCacheBudgetBytes(sensors), clock });
  const reservations = createReservations({
    clock,
    sample: fresh,
    level: () => machine.level,
    ...(options.admitBelow === undefined ? {} : { admitBelow: options.admitBelow }),
    ...(options.reservationBudgetBytes === undefined ? {} : { budgetBytes: options.reservationBudgetBytes }),
  });
  const classes = createRequestClasses({
    clock,
    // Where a turn of the event loop takes long, requests come in before the timer gets to take a sample.
    level: () => machine.level,
    trust: breaker.refreshForRequests,
    readings,
  });
  const features = createFeatures(() => machine.level);
  const alerts = createAlerts({ sinks: [], ...options.alerts, clock, log });
  const pressureAlerts = createPressureAlerts(alerts);
  const drain = createDrainRequest(options.drain, clock, log);
  const listeners = createLevelListeners(log);
  const responder = createResponder({
    ...options.response,
    clock,
    log,
    strength: (strengths) => machine.strength(strengths),
    onSettled: collectAfterRelief,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  for (const response of [caches.response, ...(options.responses ?? [])]) responder.add(response);

  /**
   * What was let go is garbage until a collection: it is asked for once all have let go, and dropped where the level has changed.
   * Asked again while memory stays short: nobody who allocates little is collected otherwise, and V8 keeps what others gave back.
   */
  function collectAfterRelief(): void {
    if (machine.level === 'normal') return;
    const { generation } = machine;
    void collection.request(() => machine.generation === generation);
  }

  function changeLevel(sample: Sample): void {
    const { level, previous, generation } = machine;
    const change: LevelChange = { level, previous, generation, sample };
    monitor.logChange(change);
    classes.onLevel();
    drain.onLevel(level);
    listeners.tell(change);
  }

  /** The breaker comes last: it may take another sample within. */
  monitor.onSample((sample) => {
    samples += 1;
    const isChanged = machine.push(sample.pressure, sample.atMs);
    if (isChanged) changeLevel(sample);
    responder.onSample(sample);
    if (responder.states().every(({ isWorking }) => !isWorking)) collectAfterRelief();
    caches.sweep();
    classes.sweep();
    pressureAlerts.onSample(machine.level, sample);
    breaker.onSample(sample);
  });
  monitor.onLeak((report) => pressureAlerts.onLeak(report));

  return {
    start() {
      monitor.start();
      return this;
    },
    stop() {
      monitor.stop();
      breaker.stop();
      responder.stop();
      collection.stop();
      drain.stop();
      listeners.stop();
      alerts.close();
      ownSensors?.close();
    },
    get level() {
      return machine.level;
    },
    thresholds: levelOptions.thresholds,
    get pressure() {
      return last().pressure;
    },
    get generation() {
      return machine.generation;
    },
    sample: fresh,
    usage: () => breaker.usage(),
    strength: (strengths) => machine.strength(strengths),
    forecast: () => forecast(monitor.history().fine, machine.level, levelOptions.thresholds),
    history: () => monitor.history(),
    get levelHistory() {
      return listeners.history;
    },
    check: breaker.check,
    run: breaker.run,
    breaker,
    cache: (name, cacheOptions) => caches.cache(name, cacheOptions),
    reserve: (bytes, reserveOptions) => reservations.reserve(bytes, reserveOptions),
    account: (name, read) => reservations.account(name, read),
    fits: (bytes) => reservations.fits(bytes),
    ledger: () => reservations.ledger(caches.entries()),
    feature: (name, featureOptions) => features.add(name, featureOptions),
    requestClass(name, classOptions) {
      const added = classes.add(name, classOptions);
      if (classOptions.priority === 'critical') criticalClasses.push(added);
      return added;
    },
    respond: (response) => responder.add(response),
    track: monitor.track,
    leak: () => monitor.leak(),
    onLevel: (listener) => listeners.add(listener),
    onSample: (listener) => monitor.onSample(listener),
    alerts,
    get relief() {
      return responder.relief;
    },
    responses: () => responder.states(),
    caches: () => caches.stats(),
    classes: () => classes.stats(),
    features: () => features.list(),
    get counters() {
      const { trips, rejections } = breaker;
      return {
        samples,
        levelChanges: machine.generation,
        breakerTrips: trips,
        breakerRejections: rejections,
        forcedCollections: collection.count,
      };
    },
  };
}
