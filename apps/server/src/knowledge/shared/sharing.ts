import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RedisMemory, RoomsMap, SharedRooms } from '../../adapters/rooms/index.ts';
import type { Database } from '../../adapters/database/index.ts';
import type { ToOwner } from '../answers/index.ts';
import type { RoomsService } from '../rooms/index.ts';
import { sharingLimits } from './limits.ts';
import { createOwnership, type Ownership } from './ownership.ts';
import { createPutting, type Putting } from './putting.ts';
import { createSharingRepository } from './repository.ts';
import { createSeals } from './seal.ts';
import { createToOwner } from './to-owner.ts';
import { createMemoryWatch, type Alerts } from './watch-memory.ts';

/** Where leases and copies are. */
export interface RoomsStore {
  map: RoomsMap;
  copies: SharedRooms;
  readMemory: () => Promise<RedisMemory>;
  close: () => void;
}

export interface SharingOptions {
  store: RoomsStore;
  /** Known to all instances and nobody else. */
  secret: string;
  database: Database;
  alerts: Alerts;
  log: Logger;
  now?: () => number;
}

export interface SharingStatus {
  /** `warning`: Redis is nearly full. */
  status: 'ok' | 'warning' | 'unreachable';
  memory: RedisMemory | null;
  /** Rooms that this instance answers for. */
  leases: number;
  /** Since the start: questions that another instance answered, rooms taken from another one, copies not put. */
  forwarded: number;
  takenOver: number;
  refused: number;
}

export type Sharing = ReturnType<typeof createSharing>;

/** Rooms shared with other instances: who answers for which, and what they need to take over. Begins with `start`. */
export function createSharing({ store, secret, database, alerts, log, now = Date.now }: SharingOptions) {
  const { map, copies } = store;
  const repository = createSharingRepository(database);
  const watch = createMemoryWatch(store.readMemory, alerts);
  const stop = new AbortController();
  /** When a change was last looked into, by meeting; the oldest first. */
  const changes = new Map<string, number>();
  let parts: { ownership: Ownership; putting: Putting; toOwner: ToOwner } | null = null;
  let renewing: Promise<void> = Promise.resolve();
  let forwarded = 0;

  async function keepUp({ ownership, putting }: NonNullable<typeof parts>): Promise<void> {
    while (!stop.signal.aborted) {
      await watch.look();
      // While Redis is away there is nothing to renew, and who is asked answers what it has.
      if (watch.memory()) {
        await ownership
          .renew()
          .then(putting.removeAgain)
          .catch((error: unknown) => log.warn({ err: error }, 'leases on rooms could not be renewed'));
      }
      await sleep(map.ttlMs / 3, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }

  /** Of a meeting of one's own, whose room another instance answers for by an older copy. */
  async function takeBack(meetingId: string): Promise<void> {
    if (!parts || parts.ownership.held(meetingId) || !(await map.ownerOf(meetingId))) return;
    await parts.ownership.take(meetingId);
    parts.putting.later(meetingId);
  }

  return {
    copies,

    /** Begins to share, at the URL at which the other instances reach this one. */
    start(url: string, rooms: RoomsService): void {
      const self = { id: randomUUID(), url: new URL(url).origin };
      const onClaimed = (meetingId: string) => parts?.putting.later(meetingId);
      const ownership = createOwnership({ map, copies, self, repository, rooms, onClaimed, log, now });
      const putting = createPutting({ copies, ownership, repository, rooms, home: self.url, log });
      const toOwner = createToOwner({
        ownership,
        seals: createSeals(secret, now),
        selfUrl: self.url,
        leaseTtlMs: map.ttlMs,
        onForwarded: () => (forwarded += 1),
        log,
      });
      parts = { ownership, putting, toOwner };
      renewing = keepUp(parts);
    },

    /** For the routes of questions to one meeting. */
    toOwner: (async (request, reply) =>
      stop.signal.aborted ? undefined : parts?.toOwner(request, reply)) satisfies ToOwner,

    /** The file of a room of this instance's meetings is another than before. */
    onSaved: (meetingId: string): void => parts?.putting.later(meetingId),

    /** Lines were written. */
    onChanged(meetingId: string): void {
      const last = changes.get(meetingId);
      if (!parts || parts.ownership.held(meetingId)) return;
      if (last !== undefined && now() - last < sharingLimits.changeEveryMs) return;
      changes.delete(meetingId);
      changes.set(meetingId, now());
      const [oldest] = changes.keys();
      if (changes.size > sharingLimits.maxPending) changes.delete(oldest!);
      takeBack(meetingId).catch((error: unknown) => {
        log.debug({ err: error, meetingId }, 'a changed room could not be taken back');
      });
    },

    async onDeleted(meetingId: string): Promise<void> {
      await parts?.putting.remove(meetingId);
    },

    status(): SharingStatus {
      const { leases, takenOver } = parts?.ownership.counts() ?? { leases: 0, takenOver: 0 };
      const refused = parts?.putting.refused() ?? 0;
      return { status: watch.status(), memory: watch.memory(), leases, forwarded, takenOver, refused };
    },

    /** Puts what waits and lets go of all rooms, so that others need not wait for the leases' end. */
    async close(): Promise<void> {
      stop.abort();
      await renewing;
      const ended = parts?.putting.close().then(parts.ownership.releaseAll);
      await Promise.race([ended, sleep(sharingLimits.stopMs, undefined, { ref: false })]);
      store.close();
    },
  };
}
