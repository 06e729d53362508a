import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal, JournalOptions } from './contract.ts';
import { withoutSync } from './faulty-io.ts';
import { createSimulatedDisk, type Fate, type SimulatedDisk } from './simulated-disk.ts';
import { appendOf, bytesOf, fileBytes, openOn } from './testing.ts';

/*
 * A caller does what it likes with a journal on a disk that breaks now and then, and keeps the simplest account of what it
 * was promised: for each track, how far it was acknowledged and how far it has released. After each crash all of that must hold.
 */
const trackIds = ['a', 'b', 'c', 'd'] as const;

const runs = 200;

/** A start that comes to nothing: what fails in it, and after how many turns it is killed. */
interface Opening {
  fails: 'writes' | 'syncs' | null;
  turns: number;
}

type Step =
  | { do: 'append'; track: number; bytes: number }
  | { do: 'release'; track: number; share: number }
  | { do: 'read'; track: number; from: number; to: number }
  | { do: 'settle' }
  | { do: 'turn'; turns: number }
  | { do: 'fail'; step: 'writes' | 'syncs'; code: 'EIO' | 'ENOSPC' }
  | { do: 'short'; bytes: number }
  | { do: 'evict' }
  | { do: 'kill'; opens: readonly Opening[] }
  | { do: 'lose power'; unsynced: 'lost' | 'torn'; opens: readonly Opening[] };

const track = fc.nat(trackIds.length - 1);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const opens: fc.Arbitrary<readonly Opening[]> = fc.array(
  fc.record({ fails: fc.constantFrom('writes' as const, 'syncs' as const, null), turns: fc.nat(60) }),
  { maxLength: 2 },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({ do: fc.constant('append' as const), track, bytes: fc.integer({ min: 1, max: 9000 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      track,
      bytes: fc.integer({ min: 16_000, max: 40_000 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('release' as const), track, share }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), track, from: share, to: share }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), turns: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      step: fc.constantFrom('writes' as const, 'syncs' as const),
      code: fc.constantFrom('EIO' as const, 'ENOSPC' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('short' as const), bytes: fc.constantFrom(1000, 5000, Infinity) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('evict' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), opens }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lose power' as const),
      unsynced: fc.constantFrom('lost' as const, 'torn' as const),
      opens,
    }),
  },
);

interface Account {
  given: number;
  acknowledged: number;
  released: number;
}

/** Plays the steps and a last power loss; says how many bytes were acknowledged in the end. */
async function play(
  steps: readonly Step[],
  seed: number,
  io: (disk: SimulatedDisk) => JournalOptions['io'],
): Promise<number> {
  const disk = createSimulatedDisk();
  const random = randomFrom(seed);
  disk.faults.keptByFailedSync = () => random() < 0.7;
  disk.faults.failedStaysBroken = random() < 0.5;
  const fates: readonly Fate[] = ['lost', 'kept', 'garbage'];
  const open = () => openOn(disk, { maxTotalBytes: 64 * fileBytes, io: io(disk)! });
  const accounts = trackIds.map((): Account => ({ given: 0, acknowledged: 0, released: 0 }));
  let journal = await open();
  let under: Promise<void>[] = [];

  const append = async (at: number, bytes: number): Promise<void> => {
    const account = accounts[at]!;
    const start = account.given;
    const mine = journal;
    account.given = start + bytes;
    try {
      await appendOf(mine, trackIds[at]!, start, start + bytes);
      account.acknowledged = start + bytes;
    } catch {
      account.given = account.acknowledged;
    }
  };

  const reopen = async (openings: readonly Opening[] = []): Promise<void> => {
    under = [];
    for (const { fails, turns } of openings) {
      disk.faults.writes = fails === 'writes' ? ['EIO'] : [];
      disk.faults.syncs = fails === 'syncs' ? ['EIO'] : [];
      void open().catch(() => {});
      await turnsOf(turns);
      disk.kill();
    }
    disk.faults.writes = [];
    disk.faults.syncs = [];
    journal = await open();
    for (const [at, account] of accounts.entries()) await checkAfterCrash(journal, trackIds[at]!, account);
  };

  for (const step of steps) {
    if (step.do === 'append') under.push(append(step.track, step.bytes));
    else if (step.do === 'turn') await turnsOf(step.turns);
    else if (step.do === 'settle') await Promise.all(under);
    else if (step.do === 'fail') disk.faults[step.step].push(step.code);
    else if (step.do === 'evict') disk.evict(() => random() < 0.5);
    else if (step.do === 'short') disk.faults.maxWriteBytes = step.bytes;
    else if (step.do === 'release') {
      const account = accounts[step.track]!;
      account.released += Math.round(step.share * (account.acknowledged - account.released));
      journal.release(trackIds[step.track]!, account.released);
    } else if (step.do === 'read') {
      const { released, acknowledged } = accounts[step.track]!;
      const [from, to] = [step.from, step.to]
        .toSorted((a, b) => a - b)
        .map((s) => released + Math.floor(s * (acknowledged - released)));
      if (from! < to!) await check(journal, trackIds[step.track]!, from!, to!);
    } else {
      if (step.do === 'kill') disk.kill();
      else disk.losePower(() => (step.unsynced === 'lost' ? 'lost' : fates[Math.floor(random() * fates.length)]!));
      await reopen(step.opens);
    }
  }
  disk.losePower(() => 'lost');
  await reopen();
  return accounts.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

async function turnsOf(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Every promise holds; whatever else is there is true too, and counts as given from here on. */
async function checkAfterCrash(journal: Journal, trackId: string, account: Account): Promise<void> {
  journal.release(trackId, account.released);
  const extent = journal.extent(trackId);
  const end = extent?.end ?? account.released;
  expect(end).toBeGreaterThanOrEqual(account.acknowledged);
  if (extent) {
    expect(extent.start).toBe(account.released);
    await check(journal, trackId, extent.start, extent.end);
  }
  account.given = end;
  account.acknowledged = end;
}

async function check(journal: Journal, trackId: string, start: number, end: number): Promise<void> {
  const bytes = await journal.read(trackId, start, end);
  expect(Buffer.compare(bytes, bytesOf(trackId, start, end))).toBe(0);
}

function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c_1b_3c_6d) + 0x9e_37_79_b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

test(
  '[J4] [J5] [J16] every acknowledged byte survives any crash of a disk that also fails',
  { timeout: 60_000 },
  async () => {
    let acknowledged = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), fc.integer(), async (steps, seed) => {
        acknowledged += await play(steps, seed, (disk) => disk.io);
      }),
      { numRuns: runs },
    );
    // A journal that takes nothing would pass all of the above.
    expect(acknowledged).toBeGreaterThan(runs * 10_000);
  },
);

test('[J1] [J4] the same check fails for a journal whose syncs are taken out', async () => {
  const steps: Step[] = [
    { do: 'append', track: 0, bytes: 5000 },
    { do: 'settle' },
    { do: 'lose power', unsynced: 'lost', opens: [] },
  ];
  expect(await play(steps, 1, (disk) => disk.io)).toBe(5000);
  await expect(play(steps, 1, (disk) => withoutSync(disk.io))).rejects.toThrow(
    'expected 0 to be greater than or equal to 5000',
  );
});
