import { EngineError } from './contract.ts';

/**
 * What an engine could not foresee, as `EngineError`: an abort and a time-out are `unavailable` (they need not be the
 * chunk's doing), sound that is no Ogg/Opus is `rejected`, all else `failed`.
 */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (!(error instanceof Error)) return new EngineError('failed', 'failed without a reason', { cause: error });
  if (error.cause instanceof EngineError) return error.cause;
  if (error.name === 'AbortError') return new EngineError('unavailable', 'was told to stop', { cause: error });
  if (error.name === 'TimeoutError') return new EngineError('unavailable', 'gave no answer in time', { cause: error });
  if (error instanceof RangeError) return new EngineError('rejected', error.message, { cause: error });
  return new EngineError('failed', error.message, { cause: error });
}
