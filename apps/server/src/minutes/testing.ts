import type { Minutes } from '@hansard/protocol';
import { pino } from 'pino';
import { openSqlite, type Database } from '../adapters/database/index.ts';
import { meetingRow, segmentRow } from '../adapters/database/testing.ts';
import type { MinutesEngine } from './engine.ts';
import { createMinutesEngines, type MinutesConfig, type MinutesEngines } from './engines.ts';
import { createMinutes, type MinutesOptions, type MinutesService, type ReadTranscript } from './service.ts';

export const silentLog = pino({ level: 'silent' });

export const localConfig: MinutesConfig = { engine: 'local', requestTimeoutMs: 10_000 };

export interface World {
  database: Database;
  service: MinutesService;
  published: Minutes[];
  /** Another service on the same database, as after a restart. */
  restarted(): World;
}

interface WorldOptions {
  database?: Database;
  engines?: MinutesEngines;
  published?: Minutes[];
  options?: Pick<MinutesOptions, 'results' | 'admit'>;
}

/** A service over a real database in memory. */
export function world({
  database = openSqlite(':memory:'),
  engines = createMinutesEngines(localConfig),
  published = [],
  options = {},
}: WorldOptions = {}): World {
  const publish = (_: string, minutes: Minutes) => void published.push(minutes);
  const readTranscript = readerOf(database);
  const service = createMinutes({ database, engines, publish, log: silentLog, readTranscript, ...options });
  return { database, service, published, restarted: () => world({ database, engines, published, options }) };
}

/** With one engine in place of the chosen one. */
export function enginesWith(engine: MinutesEngine): MinutesEngines {
  const standard = createMinutesEngines(localConfig);
  return {
    ...standard,
    find: (name) => (name === undefined || name === engine.name ? engine : standard.find(name)),
  };
}

export async function addMeeting(
  database: Database,
  {
    id = 'm1',
    said = ['Ana: We decided to buy the new printer.'],
    ended = true,
    workspaceId = 'default',
    kind = 'meeting',
  } = {},
): Promise<void> {
  await database
    .insertInto('meetings')
    .values(meetingRow(id, { workspaceId, kind, state: ended ? 'done' : 'live', seq: said.length }))
    .execute();
  for (const [index, line] of said.entries()) await addSegment(database, { meetingId: id, seq: index + 1, line });
}

async function addSegment(
  database: Database,
  { meetingId, seq, line }: { meetingId: string; seq: number; line: string },
): Promise<void> {
  const [speaker, text] = line.split(': ') as [string, string];
  await database
    .insertInto('segments')
    .values(segmentRow(`${meetingId}-${seq}`, meetingId, seq, { speaker, text }))
    .execute();
}

function readerOf(database: Database): ReadTranscript {
  return async function* read(meetingId) {
    yield await database
      .selectFrom('segments')
      .select(['id', 'speaker', 'startMs', 'endMs', 'text'])
      .where('meetingId', '=', meetingId)
      .where('final', '=', 1)
      .where('deleted', '=', 0)
      .orderBy('startMs')
      .orderBy('seq')
      .execute();
  };
}
