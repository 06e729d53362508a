import * as fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sql } from 'kysely';
import { openSqlite } from '../adapters/database/index.ts';
import { createMemoryObjects, type Objects } from '../adapters/objects/index.ts';
import { AppError } from '../errors.ts';
import { ownerActor } from '../identity/index.ts';
import { createSimulatedDisk } from './journal/simulated-disk.ts';
import { openOn } from './journal/testing.ts';
import { captureLimits } from './limits.ts';
import type { Connection } from './live-track.ts';
import { createCaptureRepository } from './repository.ts';
import { createCapture, type Capture } from './service.ts';
import { addMeeting, createConnection, readChunkAudio, speech, webm } from './testing.ts';
import { createTrackBytes } from './track-bytes.ts';

/*
 * Recorders do what recorders do, and worse, on a server whose disk, object store and database fail now and then, and which is
 * killed in between. The account that is kept is the simplest: how far each track was told to be durable. That never falls,
 * and in the end every recorder can bring the rest, and the track is there once, in parts and in chunks.
 */
const runs = 120;
const trackIds = ['a', 'b', 'c'] as const;
const startedAt = 1_800_000_000_000;
const meetingId = 'meeting';
/** So little that bursts are refused. */
const maxInFlightBytes = 12_000;
const maxSteps = 80;

type Step =
  | { do: 'open'; track: number; by: number }
  | { do: 'slices'; track: number; by: number; isStray: boolean; shift: number; sizes: number[] }
  | { do: 'close'; track: number; by: number; short: boolean }
  | { do: 'disconnect'; by: number }
  | { do: 'turn'; turns: number }
  | { do: 'wait'; ms: number }
  | { do: 'fail disk'; step: 'writes' | 'syncs'; code: 'EIO' | 'ENOSPC' }
  | { do: 'fail put' }
  | { do: 'database'; isWritable: boolean }
  | { do: 'end meeting' }
  | { do: 'crash'; unsynced: 'kept' | 'lost' | 'torn' };

const track = fc.nat(trackIds.length - 1);
const by = fc.nat(1);
const as = <T extends Step['do']>(name: T) => fc.constant(name);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: as('open'), track, by }) },
  {
    weight: 30,
    arbitrary: fc.record({
      do: as('slices'),
      track,
      by,
      isStray: fc.integer({ max: 19, min: 0 }).map((roll) => roll === 19),
      shift: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: -5000, max: 500 }) },
      ),
      sizes: fc.array(
        fc.oneof(
          { weight: 7, arbitrary: fc.integer({ min: 1, max: 2000 }) },
          { weight: 2, arbitrary: fc.integer({ min: 2000, max: 9000 }) },
        ),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: as('close'), track, by, short: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: as('disconnect'), by }) },
  { weight: 14, arbitrary: fc.record({ do: as('turn'), turns: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: as('wait'),
      ms: fc.constantFrom(
        captureLimits.chunkBatchMs,
        captureLimits.sweepEveryMs,
        captureLimits.disconnectedCutMs + captureLimits.sweepEveryMs,
        captureLimits.disconnectedUnloadMs + captureLimits.sweepEveryMs,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: as('fail disk'),
      step: fc.constantFrom('writes' as const, 'syncs' as const),
      code: fc.constantFrom('EIO' as const, 'ENOSPC' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: as('fail put') }) },
  { weight: 2, arbitrary: fc.record({ do: as('database'), isWritable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: as('end meeting') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: as('crash'),
      unsynced: fc.constantFrom('kept' as const, 'lost' as const, 'torn' as const),
    }),
  },
);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it(
  '[U2] [U6] [U10] [U14] [U17] keeps what it said is durable, and every track once, whatever happens',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: maxSteps, size: 'max' }),
        fc.nat(),
        async (steps, seed) => {
          const world = await createWorld(seed);
          for (const next of steps) await world.take(next);
          await world.finish();
        },
      ),
      { numRuns: runs },
    );
  },
);

/** What a recorder knows of its track. */
interface Recorder {
  id: string;
  /** How far it was told to be durable, and how far it has sent. */
  told: number;
  sent: number;
  /** The connection that it feeds it by. */
  by: Connection | null;
}

/** A server on things that last, and recorders that feed it. */
async function createWorld(seed: number) {
  const random = randomFrom(seed);
  const disk = createSimulatedDisk();
  disk.faults.keptByFailedSync = () => random() < 0.5;
  const database = openSqlite(':memory:');
  const repository = createCaptureRepository(database);
  const stored = createMemoryObjects();
  await addMeeting(database, meetingId, startedAt);
  const tracks = trackIds.map((id): Recorder => ({ id, told: 0, sent: 0, by: null }));
  const failedPuts = { left: 0 };
  let at = startedAt + 60_000;
  let life = 0;
  let connections: Connection[] = [createConnection(), createConnection()];
  let isTroubled = false;
  /** What fails of the disk in this life of the process. A write that fails right after a sync is beyond what the journal promises. */
  let failing: 'writes' | 'syncs' | null = null;
  let journal = await openOn(disk, { maxInFlightBytes });
  let capture = begin();
  let recovered = Promise.resolve();

  function begin(): Capture {
    return createCapture({
      database,
      journal,
      objects: objectsOf(life),
      log: pino({ level: 'silent' }),
      now: () => at,
      maxChunkMs: 2000,
      maxPartBytes: 20_000,
      onChunks: () => {},
      onTrackChanged: () => {},
    });
  }

  /** Puts take their time; those of a process that was killed never end, landed or not. */
  function objectsOf(born: number): Objects {
    const turn = () => new Promise<void>((resolve) => setImmediate(() => life === born && resolve()));
    return {
      ...stored,
      async put(key, bytes) {
        const whole = bytes instanceof Uint8Array ? bytes : Buffer.concat(await Array.fromAsync(bytes));
        await turn();
        if (failedPuts.left > 0) {
          failedPuts.left -= 1;
          throw new AppError('STORAGE_FULL', 'The disk is full.');
        }
        await stored.put(key, whole);
        await turn();
      },
    };
  }

  /** What a recorder is answered: `durable` never falls, and no error is one that nobody foresaw. */
  const heard = async (told: Recorder, answer: Promise<number>): Promise<void> => {
    try {
      const durable = await answer;
      expect(durable).toBeGreaterThanOrEqual(told.told);
      told.told = durable;
      told.sent = Math.max(told.sent, durable);
    } catch (error) {
      if (!(error instanceof AppError) && !isTroubled) throw error;
      told.sent = told.told;
    }
  };

  const open = (track: Recorder, connection: Connection): Promise<number> =>
    capture.openTrack(ownerActor, connection, {
      meetingId,
      trackId: track.id,
      kind: 'microphone',
      mimeType: webm,
      startedAtMs: 0,
    });
  const send = (track: Recorder, connection: Connection, from: number, to: number) =>
    capture.writeSlice(connection, { trackId: track.id, offset: from, bytes: speech.subarray(from, to) });

  /** All answers that are awaited: a failed expectation among them must be seen. */
  let under: Promise<unknown>[] = [];
  let failure: unknown = null;
  const watch = (work: Promise<void>): void => {
    under.push(
      work.catch((error: unknown) => {
        failure ??= error;
      }),
    );
  };

  const restart = async (fate: Parameters<typeof disk.losePower>[0] | null): Promise<void> => {
    life += 1;
    vi.clearAllTimers();
    if (fate) disk.losePower(fate);
    else disk.kill();
    disk.faults.writes = [];
    disk.faults.syncs = [];
    failing = null;
    under = [];
    connections = [createConnection(), createConnection()];
    for (const one of tracks) Object.assign(one, { sent: one.told, by: null });
    journal = await openOn(disk, { maxInFlightBytes });
    capture = begin();
    // Recorders are served while it goes on.
    recovered = capture.recover();
  };

  const reopen = (one: Recorder, connection: Connection): void => {
    one.by = connection;
    watch(heard(one, open(one, connection)));
  };

  const take = async (next: Step): Promise<void> => {
    const one = 'track' in next ? tracks[next.track]! : tracks[0]!;
    const connection = connections['by' in next ? next.by : 0]!;
    switch (next.do) {
      case 'open':
        reopen(one, connection);
        break;
      case 'slices':
        if (!one.by) {
          reopen(one, connection);
          await turns(1);
        }
        for (const size of next.sizes) {
          const from = Math.min(Math.max(0, one.sent + next.shift), speech.length - 1);
          const to = Math.min(speech.length, from + size);
          one.sent = Math.max(one.sent, to);
          watch(heard(one, send(one, next.isStray ? connection : (one.by ?? connection), from, to)));
        }
        break;
      case 'close':
        watch(
          heard(
            one,
            capture.closeTrack(one.by ?? connection, {
              trackId: one.id,
              length: next.short ? one.told : speech.length,
            }),
          ),
        );
        break;
      case 'disconnect':
        capture.disconnect(connection);
        connections[next.by] = createConnection();
        for (const other of tracks) if (other.by === connection) other.by = null;
        break;
      case 'turn':
        await turns(next.turns);
        break;
      case 'wait':
        at += next.ms;
        vi.advanceTimersByTime(next.ms);
        await turns(2);
        break;
      case 'fail disk':
        failing ??= next.step;
        disk.faults[failing].push(next.code);
        break;
      case 'fail put':
        failedPuts.left += 1;
        break;
      case 'database':
        isTroubled = true;
        await sql.raw(`PRAGMA query_only = ${next.isWritable ? 'OFF' : 'ON'}`).execute(database);
        break;
      case 'end meeting':
        if (isTroubled) break;
        await database.updateTable('meetings').set({ endedAt: at, state: 'processing' }).execute();
        watch(capture.endMeeting(meetingId));
        break;
      case 'crash':
        await restart(
          next.unsynced === 'kept' ? null : () => (next.unsynced === 'lost' || random() < 0.5 ? 'lost' : 'kept'),
        );
        break;
    }
    if (failure) throw failure;
  };

  /** Everything works again: recorders bring what is left, and all is checked. */
  const finish = async (): Promise<void> => {
    await turns(30);
    await Promise.all(under);
    if (failure) throw failure;
    failedPuts.left = 0;
    await sql.raw('PRAGMA query_only = OFF').execute(database);
    await restart(() => 'lost');
    await recovered;
    const trackBytes = createTrackBytes({ repository, journal, objects: stored });
    for (const { id, told } of tracks) {
      expect(Buffer.from(await trackBytes.read(id, 0, told)).equals(speech.subarray(0, told))).toBe(true);
    }
    for (const one of tracks) await complete(one);
    at += captureLimits.disconnectedUnloadMs;
    for (const { id } of tracks) await check(id);
    vi.clearAllTimers();
    await database.destroy();
  };

  const complete = async (one: Recorder): Promise<void> => {
    const connection = createConnection(`last of ${one.id}`);
    let durable = await open(one, connection);
    expect(durable).toBeGreaterThanOrEqual(one.told);
    const row = await repository.track(one.id);
    while (row!.state === 'open' && durable < speech.length) {
      durable = await send(one, connection, durable, Math.min(speech.length, durable + 9000));
    }
    const length = await capture.closeTrack(connection, { trackId: one.id, length: durable });
    expect(length).toBe(durable);
    capture.disconnect(connection);
  };

  const check = async (trackId: string): Promise<void> => {
    const { length } = (await repository.track(trackId))!;
    for (let sweeps = 0; journal.extent(trackId) !== null; sweeps += 1) {
      expect(sweeps).toBeLessThan(50);
      at += captureLimits.partRetryMs;
      vi.advanceTimersByTime(captureLimits.sweepEveryMs);
      await turns(10);
    }
    let end = 0;
    for (const { byteStart, byteEnd, objectKey } of await repository.partsIn(trackId, 0, length!)) {
      expect(byteStart).toBe(end);
      const bytes = await stored.read(objectKey, 0, byteEnd - byteStart);
      expect(Buffer.from(bytes).equals(speech.subarray(byteStart, byteEnd))).toBe(true);
      end = byteEnd;
    }
    expect(end).toBe(length);
    await checkChunks(trackId);
  };

  const checkChunks = async (trackId: string): Promise<void> => {
    const { offsetMs, durableMs } = (await repository.track(trackId))!;
    const chunks = await database
      .selectFrom('chunks')
      .selectAll()
      .where('trackId', '=', trackId)
      .orderBy('byteEnd')
      .execute();
    let endMs = offsetMs;
    for (const chunk of chunks) {
      expect(chunk.startMs).toBe(endMs);
      expect((await readChunkAudio(capture, chunk)).subarray(0, 4)).toEqual(Uint8Array.from(Buffer.from('OggS')));
      endMs = chunk.endMs;
    }
    expect(endMs).toBe(offsetMs + durableMs);
  };

  return { take, finish };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A small generator, so that a counterexample can be played again. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
