interface Flight<V> {
  readonly promise: Promise<V>;
  readonly controller: AbortController;
  /** Callers that have not given up. One without a signal never does. */
  waiting: number;
}

export interface Loads<V> {
  load(key: string, loader: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V>;
  /** What is under way for the key is not kept, and nobody joins it any more. */
  overtake(key: string): void;
  overtakeAll(): void;
  readonly inFlight: number;
}

/** One load per key at a time. `keep` is told what came of one that nothing has overtaken. */
export function createLoads<V extends {}>(keep: (key: string, value: V) => void): Loads<V> {
  const flights = new Map<string, Flight<V>>();

  function start(key: string, loader: (signal: AbortSignal) => Promise<V>): Flight<V> {
    const controller = new AbortController();
    let settle!: (outcome: Promise<V>) => void;
    const promise = new Promise<V>((resolve) => void (settle = resolve));
    const flight: Flight<V> = { promise, controller, waiting: 0 };
    const isCurrent = () => flights.get(key) === flight;
    async function run() {
      try {
        const value = await loader(controller.signal);
        if (isCurrent() && value !== undefined && value !== null) keep(key, value);
        return value;
      } finally {
        if (isCurrent()) flights.delete(key);
      }
    }
    flights.set(key, flight);
    settle(run());
    return flight;
  }

  function waitFor(key: string, flight: Flight<V>, signal: AbortSignal): Promise<V> {
    return new Promise<V>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason as Error);
        flight.waiting -= 1;
        if (flight.waiting > 0) return;
        if (flights.get(key) === flight) flights.delete(key);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      const stopListening = () => signal.removeEventListener('abort', leave);
      void flight.promise.then(resolve, reject).finally(stopListening);
    });
  }

  return {
    async load(key, loader, signal) {
      signal?.throwIfAborted();
      const flight = flights.get(key) ?? start(key, loader);
      flight.waiting += 1;
      return signal === undefined ? flight.promise : waitFor(key, flight, signal);
    },
    overtake: (key) => void flights.delete(key),
    overtakeAll: () => flights.clear(),
    get inFlight() {
      return flights.size;
    },
  };
}
