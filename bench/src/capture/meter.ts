/** What the sessions of one generator process saw. */
export interface Meter {
  acknowledged: (sentAt: number, bytes: number) => void;
  failed: (code: string) => void;
  /** A line of transcript reached a viewer. */
  line: () => void;
  /** A connection ended that should not have. */
  dropped: () => void;
  /** From here on the server is down because we killed it. */
  expectDrops: (isExpected: boolean) => void;
  /** Begins a window; drops and errors are counted on. */
  reset: () => void;
  read: () => MeterReading;
}

export interface MeterReading {
  /** From sending to the answer, for all that was sent since the reset. */
  latenciesMs: number[];
  acknowledgedBytes: number;
  lines: number;
  drops: number;
  errors: Record<string, number>;
}

export function createMeter(): Meter {
  let since = 0;
  let expected = false;
  const reading: MeterReading = { latenciesMs: [], acknowledgedBytes: 0, lines: 0, drops: 0, errors: {} };
  return {
    acknowledged(sentAt, bytes) {
      reading.acknowledgedBytes += bytes;
      if (sentAt >= since) reading.latenciesMs.push(performance.now() - sentAt);
    },
    failed(code) {
      if (!expected) reading.errors[code] = (reading.errors[code] ?? 0) + 1;
    },
    line: () => void (reading.lines += 1),
    dropped() {
      if (!expected) reading.drops += 1;
    },
    expectDrops: (isExpected) => void (expected = isExpected),
    reset() {
      since = performance.now();
      Object.assign(reading, { latenciesMs: [], acknowledgedBytes: 0, lines: 0 });
    },
    read: () => reading,
  };
}
