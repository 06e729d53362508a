import type { EngineStatus } from '@hansard/protocol';
import type { TranscribeEngine } from '../adapters/models/transcribe/index.ts';
import type { Pace } from './pace.ts';

/** The engine in use as Settings shows it. */
export function activeStatus(
  { engine, why, pace }: { engine: TranscribeEngine; why: string; pace: Pace },
  now: number,
): EngineStatus {
  const { pause } = pace;
  const seconds = pause ? Math.max(0, Math.ceil((pause.resumesAt - now) / 1000)) : 0;
  return {
    name: engine.name,
    task: 'transcribe',
    kind: engine.kind,
    active: true,
    state: pause ? 'paused' : 'ready',
    resumesAt: pause?.resumesAt ?? null,
    detail: pause ? `${pause.reason}; tries again in ${seconds} s. Nothing is lost meanwhile.` : why,
    concurrency: pace.limit,
    progress: null,
    caveat: engine.caveat,
  };
}
