import type { Clock, Ledger, LedgerEntry, Level, Sample, SignalName } from '../contracts.ts';
import { MemoryPressureError, readingsOf } from '../pressure-error.ts';
import { createLedger } from './ledger.ts';

/** Where the bytes will be: an object of V8's heap, or a Buffer beside it. */
export type ReservedOn = 'heap' | 'external';

export interface ReservationOptions {
  /** What it is for: one of few, the ledger sums by it. */
  readonly name: string;
  readonly on?: ReservedOn;
  /** How long until the bytes are all there and measured; 10 s by default. 0 where they are there when it is made. */
  readonly rampMs?: number;
}

export interface Reservation {
  readonly name: string;
  /** 0 once it is released. */
  readonly bytes: number;
  /** What is more is checked like a reservation; less is always granted. Throws an Error once it is released. */
  resize(bytes: number): void;
  /** Once; again does nothing. */
  release(): void;
  [Symbol.dispose](): void;
}

export interface Reservations {
  /** Throws a MemoryPressureError where it isn't admitted, a RangeError for bytes that are not 0 or more. */
  reserve(bytes: number, options: ReservationOptions): Reservation;
  /** Asks `read` for the bytes held by `name`, whenever the ledger is read. Gives back how to stop. Throws where the name is taken. */
  account(name: string, read: () => number): () => void;
  /**
   * All accounts, with what others (caches) account for. A component whose memory is reserved either accounts for it or
   * leaves it to its reservation: what does both is counted twice.
   */
  ledger(others?: readonly LedgerEntry[]): Ledger;
  /** All that is reserved and not released. */
  readonly inFlightBytes: number;
  readonly count: number;
  readonly refused: number;
  /** How many more of that size would be admitted now, one after the other; Infinity where nothing limits them. */
  fits(bytesEach: number, on?: ReservedOn): number;
}

const touched: Record<ReservedOn, readonly SignalName[]> = {
  heap: ['old-generation', 'container', 'rss'],
  external: ['external', 'container', 'rss'],
};

const defaultRampMs = 10_000;
/** So many at once are a leak of reservations: no more are admitted. */
const maxReservations = 100_000;

interface Held {
  readonly on: ReservedOn;
  readonly rampMs: number;
  bytes: number;
  /** What was not there at `sinceMs`; it goes down to 0 in `rampMs`. */
  missingBytes: number;
  sinceMs: number;
}

/** Admission of big objects: what is measured, what was promised to others and isn't there yet, and what is asked for now. */
export function createReservations({
  clock,
  sample,
  level = () => 'normal',
  admitBelow = 0.85,
  budgetBytes = Infinity,
  retryAfterMs = 2000,
}: {
  clock: Pick<Clock, 'now'>;
  /** The last look at memory. */
  sample: () => Sample;
  /** For the readings of what is refused. */
  level?: () => Level;
  /** Of each signal's limit. */
  admitBelow?: number | undefined;
  /** For all reservations together. */
  budgetBytes?: number | undefined;
  retryAfterMs?: number;
}): Reservations {
  /** Those whose bytes are not all there yet: the only ones that admission has to look at. */
  const ramping = new Set<Held>();
  const byName = new Map<string, { bytes: number; count: number }>();
  const accounts = createLedger();
  let inFlightBytes = 0;
  let count = 0;
  let refused = 0;

  /** By the sample's clock: what came after the last look was not seen by it. */
  const measuredAtMs = () => Math.min(sample().atMs, clock.now());

  function missing(held: Held, atMs: number): number {
    const passedMs = Math.max(0, atMs - held.sinceMs);
    return passedMs >= held.rampMs ? 0 : held.missingBytes * (1 - passedMs / held.rampMs);
  }

  /** What is promised and not measured yet, on each signal. */
  function promised(atMs: number): Partial<Record<SignalName, number>> {
    const bytes: Partial<Record<SignalName, number>> = {};
    for (const held of ramping) {
      const its = missing(held, atMs);
      if (its === 0) ramping.delete(held);
      for (const signal of touched[held.on]) bytes[signal] = (bytes[signal] ?? 0) + its;
    }
    return bytes;
  }

  /** Bytes below which a request fits (strictly, on signals) or up to which it does (of the budget). */
  function room(on: ReservedOn): { belowBytes: number; upToBytes: number } {
    const { signals } = sample();
    const bytes = promised(measuredAtMs());
    let belowBytes = Infinity;
    for (const name of touched[on]) {
      const reading = signals[name];
      if (reading === undefined) continue;
      belowBytes = Math.min(belowBytes, admitBelow * reading.limitBytes - reading.usedBytes - (bytes[name] ?? 0));
    }
    return { belowBytes, upToBytes: count >= maxReservations ? -1 : budgetBytes - inFlightBytes };
  }

  /** Whole bytes: sums of them are exact. */
  function checked(bytes: number): number {
    if (bytes >= 0 && bytes < Infinity) return Math.ceil(bytes);
    throw new RangeError(`A reservation is of 0 bytes or more, not ${bytes}`);
  }

  function admit(bytes: number, name: string, on: ReservedOn) {
    const { belowBytes, upToBytes } = room(on);
    if (bytes < belowBytes && bytes <= upToBytes) return;
    refused += 1;
    throw new MemoryPressureError(`No room for ${bytes} bytes more of ${name}`, {
      retryAfterMs,
      readings: { ...readingsOf(sample(), level()), requestedBytes: bytes, inFlightBytes },
    });
  }

  function change(held: Held, name: string, bytes: number) {
    inFlightBytes += bytes - held.bytes;
    const sum = byName.get(name);
    if (sum !== undefined) sum.bytes += bytes - held.bytes;
    held.bytes = bytes;
  }

  function resize(held: Held, name: string, wanted: number) {
    const bytes = checked(wanted);
    const atMs = measuredAtMs();
    const moreBytes = bytes - held.bytes;
    if (moreBytes > 0) {
      admit(moreBytes, name, held.on);
      // One ramp for the rest of the old and the new: later than either, never earlier.
      held.missingBytes = missing(held, atMs) + moreBytes;
      held.sinceMs = atMs;
      if (held.rampMs > 0) ramping.add(held);
    } else if (held.bytes > 0) {
      held.missingBytes *= bytes / held.bytes;
    }
    change(held, name, bytes);
  }

  function end(held: Held, name: string) {
    change(held, name, 0);
    ramping.delete(held);
    count -= 1;
    const sum = byName.get(name);
    if (sum === undefined) return;
    sum.count -= 1;
    if (sum.count === 0) byName.delete(name);
  }

  function reserve(wanted: number, { name, on = 'heap', rampMs = defaultRampMs }: ReservationOptions): Reservation {
    const bytes = checked(wanted);
    admit(bytes, name, on);
    const held: Held = { on, rampMs, bytes: 0, missingBytes: bytes, sinceMs: measuredAtMs() };
    const sum = byName.get(name) ?? { bytes: 0, count: 0 };
    sum.count += 1;
    byName.set(name, sum);
    count += 1;
    if (rampMs > 0) ramping.add(held);
    change(held, name, bytes);
    let isHeld = true;
    const release = () => {
      if (isHeld) end(held, name);
      isHeld = false;
    };
    return {
      name,
      get bytes() {
        return held.bytes;
      },
      resize(bytes) {
        if (!isHeld) throw new Error(`The reservation of ${name} is released`);
        resize(held, name, bytes);
      },
      release,
      [Symbol.dispose]: release,
    };
  }

  return {
    reserve,
    account: accounts.account,
    ledger(others = []) {
      const reserved = Array.from(byName, ([name, { bytes }]): LedgerEntry => ({ name, kind: 'reservation', bytes }));
      return accounts.read([...others, ...reserved], sample().gauges.rssBytes);
    },
    get inFlightBytes() {
      return inFlightBytes;
    },
    get count() {
      return count;
    },
    get refused() {
      return refused;
    },
    fits(wantedEach, on = 'heap') {
      const bytesEach = checked(wantedEach);
      const { belowBytes, upToBytes } = room(on);
      if (belowBytes <= 0 || upToBytes < 0) return 0;
      const most = maxReservations - count;
      if (bytesEach === 0) return most;
      const below = Math.ceil(belowBytes / bytesEach) - 1;
      return Math.max(0, Math.min(most, below, Math.floor(upToBytes / bytesEach)));
    },
  };
}
