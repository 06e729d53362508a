import { describe, expect, onTestFinished, test } from 'vitest';
import { type Journal, maxAppendBytes } from './contract.ts';

const piece = (length: number, seed = 0): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + seed) % 251);

/** What every journal must do. `open` gives an empty one that takes `maxInFlightBytes` at once. */
export function journalContract(name: string, open: (options: { maxInFlightBytes: number }) => Promise<Journal>): void {
  const opened = async (maxInFlightBytes = 8 << 20): Promise<Journal> => {
    const journal = await open({ maxInFlightBytes });
    onTestFinished(() => journal.close());
    return journal;
  };

  describe(`${name} as a journal`, () => {
    test('[J3] gives back what was appended, in any range', async () => {
      const journal = await opened();
      const bytes = piece(100_000);
      for (let at = 0; at < bytes.length; at += 12_500) await journal.append('a', at, bytes.slice(at, at + 12_500));
      expect(journal.extent('a')).toEqual({ start: 0, end: 100_000 });
      for (const [start, end] of [
        [0, 100_000],
        [0, 1],
        [12_499, 12_501],
        [99_999, 100_000],
        [20_000, 70_001],
        [5, 5],
      ] as const) {
        expect(await journal.read('a', start, end)).toEqual(bytes.slice(start, end));
        const into = new Uint8Array(100_000).fill(7);
        expect(await journal.read('a', start, end, into)).toEqual(bytes.slice(start, end));
        expect(into.subarray(0, end - start)).toEqual(bytes.slice(start, end));
        expect(into.subarray(end - start).every((byte) => byte === 7)).toBe(true);
      }
    });

    test('[J3] has nothing outside of what it has', async () => {
      const journal = await opened();
      await journal.append('a', 100, piece(50));
      const missing = { code: 'NOT_FOUND' };
      expect(journal.extent('b')).toBeNull();
      await expect(journal.read('b', 0, 1)).rejects.toMatchObject(missing);
      await expect(journal.read('a', 99, 150)).rejects.toMatchObject(missing);
      await expect(journal.read('a', 100, 151)).rejects.toMatchObject(missing);
      await expect(journal.read('a', 120, 110)).rejects.toMatchObject(missing);
    });

    test('[J2] takes appends ahead of answers, and answers them in order', async () => {
      const journal = await opened();
      const answers: number[] = [];
      const appends = Array.from({ length: 50 }, async (_, at) => {
        await journal.append('a', at * 1000, piece(1000, at));
        answers.push(at);
        expect(journal.extent('a')?.end).toBeGreaterThanOrEqual((at + 1) * 1000);
      });
      await Promise.all(appends);
      expect(answers).toEqual(Array.from({ length: 50 }, (_, at) => at));
      expect(await journal.read('a', 3000, 4000)).toEqual(piece(1000, 3));
    });

    test('[J2] begins a track anywhere, and refuses holes and overlaps', async () => {
      const journal = await opened();
      await journal.append('a', 5000, piece(10));
      await expect(journal.append('a', 5011, piece(1))).rejects.toMatchObject({ code: 'HOLE', durable: 5010 });
      await expect(journal.append('a', 5009, piece(1))).rejects.toMatchObject({ code: 'CONFLICT', durable: 5010 });
      const ahead = journal.append('a', 5010, piece(10));
      await expect(journal.append('a', 5010, piece(10))).rejects.toMatchObject({ code: 'CONFLICT' });
      await ahead;
      await journal.append('a', 5020, piece(10));
      expect(journal.extent('a')).toEqual({ start: 5000, end: 5030 });
    });

    test('[J3] lets go of what is released, and of a track of which nothing is left', async () => {
      const journal = await opened();
      const bytes = piece(4000);
      for (let at = 0; at < 4000; at += 1000) await journal.append('a', at, bytes.slice(at, at + 1000));
      await journal.append('b', 0, piece(10));
      journal.release('a', 1500);
      expect(journal.extent('a')).toEqual({ start: 1500, end: 4000 });
      await expect(journal.read('a', 1499, 1600)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await journal.read('a', 1500, 4000)).toEqual(bytes.slice(1500));
      journal.release('a', 1000);
      expect(journal.extent('a')).toEqual({ start: 1500, end: 4000 });
      expect([...journal.tracks()].toSorted()).toEqual(['a', 'b']);
      journal.release('a', Number.POSITIVE_INFINITY);
      journal.release('nobody', 10);
      expect(journal.extent('a')).toBeNull();
      expect([...journal.tracks()]).toEqual(['b']);
      await journal.append('a', 4000, piece(5));
      expect(journal.extent('a')).toEqual({ start: 4000, end: 4005 });
    });

    test('[J21] refuses what is no append, and what is too long', async () => {
      const journal = await opened();
      await expect(journal.append('a', 0, new Uint8Array(0))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(journal.append('a', 0, new Uint8Array(maxAppendBytes + 1))).rejects.toMatchObject({
        code: 'TOO_LARGE',
      });
      await journal.append('a', 0, new Uint8Array(maxAppendBytes));
      expect(journal.extent('a')).toEqual({ start: 0, end: maxAppendBytes });
    });

    test('[J21] is busy at its bound of bytes in flight, and takes more when they are down', async () => {
      const journal = await opened(10_000);
      const first = [journal.append('a', 0, piece(4000)), journal.append('b', 0, piece(4000))];
      await expect(journal.append('c', 0, piece(4000))).rejects.toMatchObject({ code: 'BUSY', retryable: true });
      await expect(journal.append('a', 4000, piece(4000))).rejects.toMatchObject({ code: 'BUSY' });
      expect(journal.stats().bytesInFlight).toBeGreaterThanOrEqual(8000);
      expect(journal.stats().maxBytesInFlight).toBe(10_000);
      await Promise.all(first);
      expect(journal.stats().bytesInFlight).toBe(0);
      expect(journal.extent('c')).toBeNull();
      await journal.append('a', 4000, piece(4000));
      await journal.append('c', 7, piece(4000));
    });

    test('[J24] answers what is in flight when it closes, and takes no more', async () => {
      const journal = await opened();
      const under = [journal.append('a', 0, piece(10)), journal.append('b', 0, piece(10))];
      await Promise.all([journal.close(), journal.close()]);
      await Promise.all(under);
      await expect(journal.append('a', 10, piece(10))).rejects.toMatchObject({ code: 'DRAINING' });
    });
  });
}
