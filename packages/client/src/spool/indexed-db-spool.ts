import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { ClientError } from '../client-error.ts';
import type { Spool, SpooledTrack, SpoolLimits, TrackMeta } from './contract.ts';
import { createGauge } from './gauge.ts';
import { concat, interpolate, type Mark } from './marks.ts';

export interface IndexedDbSpoolOptions extends SpoolLimits {
  name?: string;
  /** Where the browser's own quota is asked for; null where there is none to ask. */
  storage?: Pick<StorageManager, 'estimate' | 'persist'> | null;
}

interface StoredTrack extends TrackMeta {
  start: number;
  startMs: number;
  savedAt: number;
}

/** A run of bytes is kept under the offset at which it ends: the track's end is then its last key. */
interface StoredRun {
  trackId: string;
  offset: number;
  end: number;
  capturedMs: number;
  addedAt: number;
  bytes: Uint8Array;
}

interface SpoolSchema extends DBSchema {
  tracks: { key: string; value: StoredTrack };
  runs: { key: [string, number]; value: StoredRun };
}

/** Usage by other tabs, and the browser's quota, are looked at again this often. */
const measureEveryMs = 10_000;

/**
 * The spool of a browser. An append is one transaction that writes the bytes and nothing else; the track's length is
 * read off the bytes, so the two can't disagree. Committed with `relaxed` durability: a crash of the page or of the
 * browser loses nothing, a power cut at most what the system had not yet written.
 */
export async function createIndexedDbSpool({
  name = 'hansard-spool',
  storage = globalThis.navigator?.storage ?? null,
  ...limits
}: IndexedDbSpoolOptions = {}): Promise<Spool> {
  const gauge = createGauge(limits);
  let connection: Promise<IDBPDatabase<SpoolSchema>> | null = null;
  let measuredAt = 0;

  const connect = () => {
    connection ??= openDB<SpoolSchema>(name, 1, {
      upgrade(database) {
        database.createObjectStore('tracks', { keyPath: 'trackId' });
        database.createObjectStore('runs', { keyPath: ['trackId', 'end'] });
      },
      blocking: (_version, _wanted, event) => (event.target as IDBDatabase).close(),
      // The browser closed it (its data were cleared, say): the next call opens it anew.
      terminated: () => void (connection = null),
    });
    return connection;
  };

  /** Runs `work` and gives whatever the database throws a code. */
  const using = async <T>(work: (database: IDBPDatabase<SpoolSchema>) => Promise<T>): Promise<T> => {
    try {
      return await work(await connect());
    } catch (error) {
      if (error instanceof ClientError || error instanceof RangeError) throw error;
      throw new ClientError('SPOOL_FAILED', 'This browser could not keep the audio on this device.', error);
    }
  };

  const list = () =>
    using(async (database) => {
      const transaction = database.transaction(['tracks', 'runs']);
      const tracks = await transaction.objectStore('tracks').getAll();
      return Promise.all(
        tracks.map(async (track) =>
          view(track, (await transaction.objectStore('runs').openCursor(allRuns(track.trackId), 'prev'))?.value),
        ),
      );
    });

  const measure = async () => {
    measuredAt = Date.now();
    const tracks = await list();
    const bytes = tracks.reduce((sum, { start, end }) => sum + end - start, 0);
    const { quota, usage } = (await storage?.estimate().catch(() => undefined)) ?? {};
    const room = quota === undefined ? Number.POSITIVE_INFINITY : Math.max(0, quota - (usage ?? 0));
    gauge.measured({ bytes, maxBytes: bytes + room });
  };

  await measure();
  // Asks that the browser does not clear the audio when the disk gets short; a refusal changes nothing here.
  await storage?.persist().catch(() => false);

  return {
    saveTrack: (meta) =>
      using(async (database) => {
        const { store, done } = database.transaction('tracks', 'readwrite');
        const { start, startMs } = (await store.get(meta.trackId)) ?? { start: 0, startMs: 0 };
        await Promise.all([store.put({ ...meta, start, startMs, savedAt: Date.now() }), done]);
      }),

    async append(trackId, offset, bytes, capturedMs) {
      if (Date.now() - measuredAt > measureEveryMs) await measure();
      gauge.claim(bytes.byteLength);
      try {
        await using(async (database) => {
          const transaction = database.transaction(['tracks', 'runs'], 'readwrite', { durability: 'relaxed' });
          const runs = transaction.objectStore('runs');
          const [track, last] = await Promise.all([
            transaction.objectStore('tracks').get(trackId),
            runs.openKeyCursor(allRuns(trackId), 'prev'),
          ]);
          const end = Math.max(known(track, trackId).start, last?.key[1] ?? 0);
          if (offset !== end) throw new RangeError(`Append at ${offset}, but it ends at ${end}.`);
          const run = { trackId, offset, end: offset + bytes.byteLength, capturedMs, addedAt: Date.now() };
          // A view would be stored with the whole buffer behind it.
          await Promise.all([runs.add({ ...run, bytes: bytes.slice() }), transaction.done]);
        });
      } catch (error) {
        gauge.release(bytes.byteLength);
        if (!isQuotaError(error)) throw error;
        gauge.measured({ maxBytes: gauge.usage().bytes });
        throw new ClientError('SPOOL_FULL', 'This browser gives no more room for audio on this device.', error);
      }
    },

    read: (trackId, from, maxBytes) =>
      using(async (database) => {
        const transaction = database.transaction(['tracks', 'runs']);
        const { start, startMs } = known(await transaction.objectStore('tracks').get(trackId), trackId);
        if (from < start) throw new RangeError(`Read from ${from}, but it begins at ${start}.`);
        const runs = transaction.objectStore('runs');
        const before = from > start ? await runs.openCursor(runsTo(trackId, from), 'prev') : null;
        let reached: Mark = before ? endOf(before.value) : { offset: start, capturedMs: startMs };
        const pieces: Uint8Array[] = [];
        for (let next = await runs.openCursor(runsAfter(trackId, from)); next; next = await next.continue()) {
          const run = next.value;
          const stop = Math.min(run.end, from + maxBytes);
          pieces.push(run.bytes.subarray(Math.max(run.offset, from) - run.offset, stop - run.offset));
          reached = { offset: stop, capturedMs: interpolate(reached, endOf(run), stop) };
          if (stop === from + maxBytes) break;
        }
        return { bytes: concat(pieces), capturedMs: reached.capturedMs };
      }),

    drop: (trackId, upTo) =>
      using(async (database) => {
        const transaction = database.transaction(['tracks', 'runs'], 'readwrite', { durability: 'relaxed' });
        const tracks = transaction.objectStore('tracks');
        const runs = transaction.objectStore('runs');
        const track = known(await tracks.get(trackId), trackId);
        if (upTo <= track.start) return;
        const [whole, cut, last] = await Promise.all([
          runs.openCursor(runsTo(trackId, upTo), 'prev'),
          runs.openCursor(runsAfter(trackId, upTo)),
          runs.openKeyCursor(allRuns(trackId), 'prev'),
        ]);
        let reached: Mark = { offset: track.start, capturedMs: track.startMs };
        if (whole && whole.value.end > reached.offset) reached = endOf(whole.value);
        const startMs = cut ? interpolate(reached, endOf(cut.value), upTo) : reached.capturedMs;
        await Promise.all([
          tracks.put({ ...track, start: upTo, startMs }),
          runs.delete(runsTo(trackId, upTo)),
          transaction.done,
        ]);
        gauge.release(Math.min(upTo, Math.max(track.start, last?.key[1] ?? 0)) - track.start);
      }),

    track: (trackId) =>
      using(async (database) => {
        const transaction = database.transaction(['tracks', 'runs']);
        const track = await transaction.objectStore('tracks').get(trackId);
        const last = await transaction.objectStore('runs').openCursor(allRuns(trackId), 'prev');
        return track ? view(track, last?.value) : null;
      }),

    tracks: list,

    async remove(trackId) {
      await using(async (database) => {
        const transaction = database.transaction(['tracks', 'runs'], 'readwrite');
        await Promise.all([
          transaction.objectStore('tracks').delete(trackId),
          transaction.objectStore('runs').delete(allRuns(trackId)),
          transaction.done,
        ]);
      });
      await measure();
    },

    async usage() {
      await measure();
      return gauge.usage();
    },
    subscribe: gauge.subscribe,
    async close() {
      (await connection)?.close();
      connection = null;
    },
  };
}

function view({ savedAt, ...track }: StoredTrack, last: StoredRun | undefined): SpooledTrack {
  const end = Math.max(track.start, last?.end ?? 0);
  const capturedMs = Math.max(track.capturedMs, track.startMs, last?.capturedMs ?? 0);
  return { ...track, end, capturedMs, updatedAt: Math.max(savedAt, last?.addedAt ?? 0) };
}

function known(track: StoredTrack | undefined, trackId: string): StoredTrack {
  if (!track) throw new ClientError('UNKNOWN_TRACK', `No track ${trackId} is kept here.`);
  return track;
}

const endOf = ({ end, capturedMs }: StoredRun): Mark => ({ offset: end, capturedMs });
const allRuns = (trackId: string) => IDBKeyRange.bound([trackId, 0], [trackId, Number.POSITIVE_INFINITY]);
/** Runs that end at the offset or before it. */
const runsTo = (trackId: string, offset: number) => IDBKeyRange.bound([trackId, 0], [trackId, offset]);
/** Runs that end after the offset. */
const runsAfter = (trackId: string, offset: number) =>
  IDBKeyRange.bound([trackId, offset], [trackId, Number.POSITIVE_INFINITY], true);

function isQuotaError(error: unknown): boolean {
  const cause = error instanceof ClientError ? error.cause : error;
  return cause instanceof DOMException && cause.name === 'QuotaExceededError';
}
