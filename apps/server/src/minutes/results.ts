import { createHash } from 'node:crypto';
import type { MinutesDraft } from './draft.ts';
import type { MinutesEngine } from './engine.ts';
import type { Line } from './local/index.ts';
import type { Template } from './templates.ts';

/** Where made minutes are kept by what they were made of; any may be dropped at any time. Holds JSON. */
export interface MinutesResults {
  get(key: string): string | undefined;
  set(key: string, body: string): unknown;
}

interface Made {
  lines: readonly Line[];
  engine: MinutesEngine;
  template: Template;
  startedAt: number;
}

/** The same key for the same words by the same people, made by the same engine with the same template. */
export function resultKey({ lines, engine, template, startedAt }: Made): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([engine.label, template, startedAt]));
  for (const { id, speaker, startMs, text } of lines) hash.update(JSON.stringify([id, speaker, startMs, text]));
  return hash.digest('base64url');
}

export const noResults: MinutesResults = { get: () => undefined, set: () => undefined };

export function readResult(results: MinutesResults, key: string): MinutesDraft | null {
  const body = results.get(key);
  return body === undefined ? null : (JSON.parse(body) as MinutesDraft);
}
