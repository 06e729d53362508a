import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Spool, SpoolEvent, SpoolLimits, TrackMeta } from './contract.ts';

export interface SpoolUnderTest {
  spool: Spool;
  /** The same storage after a crash: opened anew, without `close`. Left out where nothing survives. */
  reopen?: () => Promise<Spool>;
  cleanUp?: () => Promise<void>;
}

export const someTrack = (trackId: string): TrackMeta => ({
  trackId,
  meetingId: 'meeting-1',
  kind: 'microphone',
  mimeType: 'audio/webm;codecs=opus',
  participant: 'Ana',
  startedAtMs: 1_700_000_000_000,
  continues: null,
  length: null,
  capturedMs: 0,
});

const bytesFrom = (offset: number, length: number) => Uint8Array.from({ length }, (_, at) => (offset + at) % 251);

/** Every spool passes this. */
export function describeSpool(name: string, open: (limits: SpoolLimits) => Promise<SpoolUnderTest>): void {
  describe.each([name])('%s', () => {
    const opened: SpoolUnderTest[] = [];
    const begin = async (limits: SpoolLimits = {}) => {
      const under = await open(limits);
      opened.push(under);
      return under;
    };
    afterEach(async () => {
      for (const { spool, cleanUp } of opened.splice(0)) {
        await spool.close();
        await cleanUp?.();
      }
    });

    it('keeps bytes and what is known of a track until they are dropped', async () => {
      const { spool } = await begin();
      await spool.saveTrack(someTrack('a'));
      await spool.append('a', 0, bytesFrom(0, 100), 250);
      await spool.append('a', 100, bytesFrom(100, 50), 500);
      expect(await spool.read('a', 0, 1000)).toEqual({ bytes: bytesFrom(0, 150), capturedMs: 500 });
      expect(await spool.read('a', 120, 10)).toEqual({ bytes: bytesFrom(120, 10), capturedMs: 400 });
      expect(await spool.track('a')).toMatchObject({ ...someTrack('a'), start: 0, end: 150, capturedMs: 500 });

      await spool.drop('a', 110);
      expect(await spool.track('a')).toMatchObject({ start: 110, startMs: 300, end: 150 });
      expect((await spool.read('a', 110, 1000)).bytes).toEqual(bytesFrom(110, 40));
      await expect(spool.read('a', 109, 1)).rejects.toThrow(RangeError);

      await spool.drop('a', 150);
      expect(await spool.track('a')).toMatchObject({ start: 150, startMs: 500, end: 150, capturedMs: 500 });
      expect((await spool.read('a', 150, 10)).bytes).toHaveLength(0);
      await spool.append('a', 150, bytesFrom(150, 5), 750);
      expect(await spool.track('a')).toMatchObject({ start: 150, end: 155, capturedMs: 750 });
    });

    it('refuses a hole, an overlap and an unknown track', async () => {
      const { spool } = await begin();
      await spool.saveTrack(someTrack('a'));
      await spool.append('a', 0, bytesFrom(0, 10), 1);
      await expect(spool.append('a', 11, bytesFrom(11, 1), 2)).rejects.toThrow(RangeError);
      await expect(spool.append('a', 9, bytesFrom(9, 1), 2)).rejects.toThrow(RangeError);
      await expect(spool.append('b', 0, bytesFrom(0, 1), 1)).rejects.toMatchObject({ code: 'UNKNOWN_TRACK' });
      expect(await spool.track('b')).toBeNull();
      expect((await spool.usage()).bytes).toBe(10);
    });

    it('moves the end too where the server has more than it', async () => {
      const { spool } = await begin();
      await spool.saveTrack(someTrack('a'));
      await spool.append('a', 0, bytesFrom(0, 10), 100);
      await spool.drop('a', 40);
      expect(await spool.track('a')).toMatchObject({ start: 40, end: 40, capturedMs: 100 });
      await spool.append('a', 40, bytesFrom(40, 2), 200);
      expect((await spool.read('a', 40, 9)).bytes).toEqual(bytesFrom(40, 2));
      expect((await spool.usage()).bytes).toBe(2);
    });

    it('keeps tracks apart, and forgets the one that is removed', async () => {
      const { spool } = await begin();
      for (const trackId of ['a', 'ab', 'b']) {
        await spool.saveTrack(someTrack(trackId));
        await spool.append(trackId, 0, bytesFrom(trackId.length, 20), 1);
      }
      await spool.saveTrack({ ...someTrack('ab'), length: 20, capturedMs: 99 });
      await spool.remove('a');
      const tracks = (await spool.tracks()).toSorted((one, other) => one.trackId.localeCompare(other.trackId));
      expect(tracks.map(({ trackId, length, capturedMs }) => [trackId, length, capturedMs])).toEqual([
        ['ab', 20, 99],
        ['b', null, 1],
      ]);
      expect((await spool.read('ab', 0, 99)).bytes).toEqual(bytesFrom(2, 20));
      expect((await spool.usage()).bytes).toBe(40);
    });

    it('is not changed when the caller reuses the bytes', async () => {
      const { spool } = await begin();
      await spool.saveTrack(someTrack('a'));
      const buffer = bytesFrom(0, 64);
      await spool.append('a', 0, buffer.subarray(8, 16), 1);
      buffer.fill(0);
      expect((await spool.read('a', 0, 64)).bytes).toEqual(bytesFrom(8, 8));
    });

    it('says that it gets full before it is, and keeps what it has when it is', async () => {
      const { spool } = await begin({ maxBytes: 1000, lowBytes: 500, reserveBytes: 200 });
      const events: SpoolEvent['type'][] = [];
      spool.subscribe(({ type }) => events.push(type));
      await spool.saveTrack(someTrack('a'));
      await spool.append('a', 0, bytesFrom(0, 500), 1);
      expect(events).toEqual([]);
      await spool.append('a', 500, bytesFrom(500, 100), 2);
      expect(events).toEqual(['SPOOL_LOW']);
      await spool.append('a', 600, bytesFrom(600, 300), 3);
      expect(events).toEqual(['SPOOL_LOW', 'SPOOL_FULL']);
      await expect(spool.append('a', 900, bytesFrom(900, 101), 4)).rejects.toMatchObject({ code: 'SPOOL_FULL' });
      expect(await spool.track('a')).toMatchObject({ end: 900 });
      await spool.append('a', 900, bytesFrom(900, 100), 4);
      await spool.drop('a', 900);
      expect(events.at(-1)).toBe('SPOOL_OK');
      expect(await spool.usage()).toEqual({ level: 'ok', bytes: 100, maxBytes: 1000 });
    });

    it('survives a crash with all that was appended', async () => {
      const { spool, reopen } = await begin();
      if (!reopen) return;
      await spool.saveTrack(someTrack('a'));
      for (let at = 0; at < 10; at += 1) await spool.append('a', at * 1000, bytesFrom(at * 1000, 1000), at);
      await spool.drop('a', 4500);
      await spool.saveTrack(someTrack('b'));
      await spool.drop('b', 77);
      const again = await reopen();
      expect(await again.track('b')).toMatchObject({ start: 77, end: 77 });
      const track = await again.track('a');
      expect(track).toMatchObject({ end: 10_000, capturedMs: 9 });
      expect(track!.start).toBeLessThanOrEqual(4500);
      expect((await again.read('a', 4500, 10_000)).bytes).toEqual(bytesFrom(4500, 5500));
      await again.append('a', 10_000, bytesFrom(10_000, 9), 10);
      expect((await again.read('a', 9_999, 100)).bytes).toEqual(bytesFrom(9_999, 10));
      await again.close();
    });

    it('reads what a plain array would, whatever is appended, dropped and read', async () => {
      const { spool } = await begin();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ what: fc.constantFrom('append', 'append', 'drop'), size: fc.nat(400) }), {
            maxLength: 30,
          }),
          async (steps) => {
            const trackId = `track-${(run += 1)}`;
            await spool.saveTrack(someTrack(trackId));
            let start = 0;
            let end = 0;
            for (const { what, size } of steps) {
              if (what === 'append' && size > 0) {
                await spool.append(trackId, end, bytesFrom(end, size), (end + size) * 10);
                end += size;
              } else {
                start = Math.min(end, start + size);
                await spool.drop(trackId, start);
              }
              const from = Math.min(end, start + (size % 97));
              const stop = Math.min(end, from + size);
              const read = await spool.read(trackId, from, size);
              expect(read.bytes).toEqual(bytesFrom(from, stop - from));
              // Captured evenly at 10 ms a byte, so that any error of the times would show.
              expect(read.capturedMs).toBe(stop * 10);
              expect(await spool.track(trackId)).toMatchObject({ start, startMs: start * 10, end });
            }
            const { bytes } = await spool.usage();
            await spool.remove(trackId);
            expect((await spool.usage()).bytes).toBe(bytes - (end - start));
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}
