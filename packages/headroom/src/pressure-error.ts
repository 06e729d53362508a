import type { Level, Reading, Sample, SignalName } from './contracts.ts';

/** What memory looked like when something was refused. */
export interface PressureReadings {
  readonly level: Level;
  readonly pressure: number;
  /** The signal that gave the pressure; null where none is on. */
  readonly tightest: SignalName | null;
  readonly signals: Partial<Readonly<Record<SignalName, Reading>>>;
  /** Only where a reservation was refused: what was asked for, and what others had reserved. */
  readonly requestedBytes?: number;
  readonly inFlightBytes?: number;
}

/** Memory is short (`MEMORY_PRESSURE`, to be answered with 503), or one's own limit alone is reached (`BUSY`, with 429). */
export type PressureCode = 'MEMORY_PRESSURE' | 'BUSY';

/** A refusal that passes: `statusCode` and `retryAfterMs` are what an HTTP answer needs. */
export class MemoryPressureError extends Error {
  override readonly name = 'MemoryPressureError';
  readonly code: PressureCode;
  readonly statusCode: 503 | 429;
  readonly retryable = true;
  readonly retryAfterMs: number;
  readonly readings: PressureReadings;

  constructor(message: string, details: { code?: PressureCode; retryAfterMs?: number; readings: PressureReadings }) {
    super(message);
    this.code = details.code ?? 'MEMORY_PRESSURE';
    this.statusCode = this.code === 'BUSY' ? 429 : 503;
    this.retryAfterMs = details.retryAfterMs ?? defaultRetryAfterMs;
    this.readings = details.readings;
  }
}

const defaultRetryAfterMs = 2000;

/** The readings of a sample at a level. */
export const readingsOf = ({ pressure, tightest, signals }: Sample, level: Level): PressureReadings => ({
  level,
  pressure,
  tightest,
  signals,
});
