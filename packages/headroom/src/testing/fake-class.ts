import type { AdmissionClass } from '../adapters/gate.ts';
import type { Place } from '../adapters/hold-place.ts';
import { MemoryPressureError, type PressureCode } from '../pressure-error.ts';

const readings = { level: 'critical', pressure: 0.9, tightest: null, signals: {} } as const;

export const refusal = (code: PressureCode = 'MEMORY_PRESSURE', retryAfterMs = 2500): MemoryPressureError =>
  new MemoryPressureError('memory is short', { code, retryAfterMs, readings });

interface Waiter {
  readonly signal: AbortSignal | undefined;
  resolve(place: Place): void;
  reject(error: unknown): void;
}

/** A class with so many places, whose line a test moves by hand. */
export function createFakeClass(places: number) {
  const waiting: Waiter[] = [];
  let inFlight = 0;
  let left = 0;
  const enter = (): Place => {
    inFlight += 1;
    return {
      leave() {
        inFlight -= 1;
        left += 1;
      },
    };
  };
  const requestClass: AdmissionClass = {
    tryEnter: () => (inFlight < places ? enter() : null),
    enter: (signal) => new Promise((resolve, reject) => void waiting.push({ signal, resolve, reject })),
  };
  return {
    requestClass,
    waiting,
    letIn: () => waiting.shift()?.resolve(enter()),
    refuse: (error: unknown = refusal()) => waiting.shift()?.reject(error),
    get inFlight() {
      return inFlight;
    },
    get left() {
      return left;
    },
  };
}
