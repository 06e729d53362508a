import type { Governor, Reading, RequestClass, ReservationOptions, Sample, SignalName } from '@hansard/headroom';
import { AppError } from '../errors.ts';
import { parserMemoryBytes } from '../knowledge/index.ts';
import type { RequestClasses } from './request-classes.ts';

const mb = 2 ** 20;

/** Share of each limit below which big objects and parsers are let in. */
export const admitBelow = 0.85;

interface Options {
  governor: Governor;
  classes: RequestClasses;
  isGoverned: boolean;
  /** Of the process. */
  limitBytes: number;
  /** What the process holds with nothing to do. */
  restingBytes: () => number;
}

interface Admission extends ReservationOptions {
  requestClass: RequestClass;
}

/** Work that takes much memory at once waits until there is room, or fails where there never can be. */
export function createAdmission({ governor, classes, isGoverned, limitBytes, restingBytes }: Options) {
  /** A Word file is made in a thread with a heap of its own. Throws where there is no room for it. */
  function admitWordFile(bytes: number): () => void {
    const reservation = governor.reserve(bytes, { name: 'word file', on: 'external', rampMs: 1000 });
    return () => reservation.release();
  }

  /** Waits for a place in the class, and for the bytes. */
  async function admit(bytes: number, signal: AbortSignal, options: Admission): Promise<() => void> {
    const { requestClass, ...how } = options;
    for (;;) {
      const place = await requestClass.enter(signal);
      try {
        const reservation = governor.reserve(bytes, how);
        return () => {
          reservation.release();
          place.leave();
        };
      } catch (error) {
        place.leave();
        await pause((error as { retryAfterMs?: number }).retryAfterMs ?? 1000, signal);
      }
    }
  }

  /** What each signal read when it was least: more room than that leaves does not come. */
  const leastUsed: Partial<Record<SignalName, number>> = {};
  function seeLeast({ signals }: Sample): void {
    for (const [name, { usedBytes }] of Object.entries(signals) as [SignalName, Reading][]) {
      leastUsed[name] = Math.min(leastUsed[name] ?? Infinity, usedBytes);
    }
  }

  /** Minutes hold the whole of a transcript. Those for which there can never be room fail: they would be waited for in vain. */
  async function admitMinutes(bytes: number, signal: AbortSignal): Promise<() => void> {
    const signals = Object.entries(governor.sample().signals) as [SignalName, Reading][];
    if (signals.some(([name, { limitBytes }]) => (leastUsed[name] ?? 0) + bytes > admitBelow * limitBytes)) {
      throw new AppError(
        'MEMORY_PRESSURE',
        `This server has too little memory for minutes of so long a transcript: they take up to ${Math.ceil(bytes / mb)} MB.`,
      );
    }
    return admit(bytes, signal, { requestClass: classes.minutes, name: 'minutes', rampMs: 2000 });
  }

  /** A parser is a process of its own, which counts against the container. */
  async function admitParser(signal: AbortSignal): Promise<() => void> {
    if (isGoverned && restingBytes() + parserMemoryBytes > admitBelow * limitBytes) {
      const neededMb = Math.ceil((restingBytes() + parserMemoryBytes) / admitBelow / mb);
      throw new AppError(
        'MEMORY_PRESSURE',
        `This server has too little memory to read documents: ${neededMb} MB is the least.`,
      );
    }
    const how = { requestClass: classes.parsing, name: 'document parsers', on: 'external', rampMs: 5000 } as const;
    return admit(parserMemoryBytes, signal, how);
  }

  return {
    admitWordFile,
    admitMinutes,
    admitParser,
    /** A room lies beside the heap, and is there at once. */
    reserveRoom: (bytes: number) => governor.reserve(bytes, { name: 'rooms', on: 'external', rampMs: 1000 }),
    seeLeast,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
