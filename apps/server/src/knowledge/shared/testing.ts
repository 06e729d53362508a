import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createMemoryRooms } from '../../adapters/rooms/memory-rooms.ts';
import { AppError } from '../../errors.ts';
import { createHttpServer } from '../../http/index.ts';
import { answerRoutes, createAnswers } from '../answers/index.ts';
import { startRooms } from '../rooms/testing.ts';
import { createSharing, type RoomsStore, type SharingOptions } from './sharing.ts';

const log = pino({ level: 'silent' });

/** Leases and copies that a test can put out of reach. */
export function createTestStore(options: Parameters<typeof createMemoryRooms>[0] = {}) {
  const { map, copies } = createMemoryRooms({ leaseTtlMs: 1500, ...options });
  const state = { isReachable: true, utilization: 0.1 };
  const reachable = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value = of[name as keyof T];
        if (typeof value !== 'function') return value;
        return async (...words: unknown[]) => {
          if (!state.isReachable) throw new AppError('STORAGE_FAILED', 'The store is away.');
          return (value as (...words: unknown[]) => unknown)(...words);
        };
      },
    });
  const readMemory = async () => {
    if (!state.isReachable) throw new AppError('STORAGE_FAILED', 'The store is away.');
    return { usedBytes: state.utilization * 1000, limitBytes: 1000, utilization: state.utilization };
  };
  const store: RoomsStore = { map: reachable(map), copies: reachable(copies), readMemory, close: () => {} };
  return { store, state, map, copies };
}

/** An instance with real rooms, files, database and HTTP. */
export async function startInstance(store: RoomsStore, options: Partial<SharingOptions> = {}) {
  const world = await startRooms({ copies: store.copies, onSaved: (meetingId) => sharing.onSaved(meetingId) });
  const { database, rooms } = world;
  const firing = new Map<string, string>();
  const sharing = createSharing({
    store,
    secret: 'a secret of all instances',
    database,
    alerts: {
      raise: (key, _, message) => void firing.set(key, message),
      resolve: (key) => void firing.delete(key),
    },
    log,
    ...options,
  });
  const answers = createAnswers({
    database,
    search: rooms.search,
    copyOf: rooms.copyOf,
    embedQuestion: async () => null,
    engine: null,
    log,
  });
  const app = await createHttpServer({
    log,
    api: [answerRoutes(answers, sharing.toOwner)],
    operations: async () => {},
    webDir: null,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  sharing.start(url, rooms);
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await sharing.close();
    await app.close();
  };
  onTestFinished(stop);
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}/api/v1${path}`, { headers });
  const ask = (meetingId: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/v1/meetings/${meetingId}/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const find = async (meetingId: string, q: string) => {
    const answer = await get(`/meetings/${meetingId}/passages?q=${encodeURIComponent(q)}`);
    return (await answer.json()) as { passages?: Record<string, unknown>[]; error?: { code: string } };
  };
  const texts = async (meetingId: string, q: string) => (await find(meetingId, q)).passages?.map(({ text }) => text);
  return { ...world, sharing, url, stop, get, ask, find, texts, firing };
}
