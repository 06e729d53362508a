import type { EngineStatus } from '@hansard/protocol';
import type { TranscribeEngine } from '../adapters/models/transcribe/index.ts';
import type { EngineName, TranscriptionConfig } from './config.ts';
import { engineCandidates, type EngineCandidate, type FoundOnMachine } from './engine-candidates.ts';

export interface EngineChoice {
  engine: TranscribeEngine | null;
  /** One line for the start message and for Settings. */
  why: string;
  /** The engines that are not in use, and what to do to have them. */
  alternatives: EngineStatus[];
}

/**
 * The engine that the configuration names, or with `auto` the first that can be had: a speech model that was configured,
 * a provider that has a key, a model that was set up, PocketSphinx.
 */
export function chooseEngine(config: TranscriptionConfig, found: FoundOnMachine): EngineChoice {
  const candidates = engineCandidates(config, found);
  const usable = candidates.filter((candidate) => candidate.create !== null);
  const chosen = config.engine === 'auto' ? usable[0] : usable.find((candidate) => candidate.name === config.engine);
  const alternatives = candidates.filter((candidate) => candidate !== chosen).map(asAlternative);
  if (chosen?.create) {
    const how = config.engine === 'auto' ? 'chosen because' : 'configured;';
    return { engine: chosen.create(), why: `${how} ${chosen.detail}`, alternatives };
  }
  return { engine: null, why: whyNone(config.engine, candidates), alternatives };
}

function whyNone(wanted: EngineName | 'auto' | 'none', candidates: EngineCandidate[]): string {
  if (wanted === 'none') return 'Speech engines are turned off; audio is kept and waits.';
  const named = candidates.find(({ name }) => name === wanted);
  if (named) return `${named.name} can't be used: ${named.detail} Audio is kept and waits.`;
  return 'No speech engine is configured or found; audio is kept and waits.';
}

function asAlternative({ name, kind, create, detail, caveat }: EngineCandidate): EngineStatus {
  return {
    name,
    task: 'transcribe',
    kind,
    active: false,
    state: create ? 'ready' : 'missing',
    resumesAt: null,
    detail,
    concurrency: 0,
    progress: null,
    caveat,
  };
}
