import type { Sample, SignalName } from '../contracts.ts';

/** What the tightest signal has lost since its highest reading under pressure: what measurement says of relief. */
export function createObservedRelief() {
  let signal: SignalName | null = null;
  let highestBytes = 0;
  let lastBytes = 0;

  return {
    /** `begins`: pressure begins with this sample, and what was seen before is over with. */
    onSample({ signals, tightest }: Sample, begins: boolean): void {
      if (begins) {
        signal = tightest;
        highestBytes = 0;
        lastBytes = 0;
      }
      const reading = signal === null ? undefined : signals[signal];
      if (reading === undefined) return;
      lastBytes = reading.usedBytes;
      highestBytes = Math.max(highestBytes, lastBytes);
    },
    get bytes() {
      return highestBytes - lastBytes;
    },
  };
}
