import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectSocket } from '../socket.ts';
import { createMemorySpool } from '../spool/memory-spool.ts';
import { createFakeServer } from '../testing/fake-server.ts';
import { createTrackLocks } from './track-locks.ts';
import { createUploader } from './uploader.ts';

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

const fault = fc.oneof(
  fc.record({ do: fc.constant('cut' as const) }),
  fc.record({ do: fc.constant('send-away' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
  fc.record({ do: fc.constant('tab-crash' as const) }),
  fc.record({ do: fc.constant('sync' as const), ms: fc.integer({ min: 4, max: 30 }) }),
  fc.record({ do: fc.constant('mute' as const), ms: fc.nat(60) }),
  fc.record({ do: fc.constant('slow-down' as const), sliceMs: fc.nat(2_000) }),
  fc.record({
    do: fc.constant('refuse' as const),
    code: fc.constantFrom('HOLE', 'STORAGE_FULL', 'STORAGE_FAILED', 'BUSY', 'TOO_MANY', 'TRACK_NOT_OPEN'),
    count: fc.integer({ min: 1, max: 8 }),
  }),
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('record' as const), pieces: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.nat(25) }) },
  { weight: 3, arbitrary: fault },
);

it('ends with exactly the recorded bytes on the server, and never says saved too early, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const server = await createFakeServer();
      // Long enough that faults find slices that were sent and are not on disk.
      server.syncsTake(8);
      const spool = createMemorySpool();
      const recorded = new Map<string, number[]>();
      const tooEarly: string[] = [];

      const visit = () => {
        const socket = connectSocket(server.url, { reconnectMs: 3, maxReconnectMs: 10 });
        const uploader = createUploader({
          socket,
          spool,
          locks: createTrackLocks(null),
          backoff: { firstMs: 3, maxMs: 10 },
          // Small, so that a run crosses each bound many times.
          settings: { maxSliceBytes: 700, answerTimeoutMs: 40, trimBytes: 500, maxSlicesInFlight: 5 },
        });
        uploader.subscribe(() => {
          if (uploader.status().kind !== 'saved') return;
          for (const [trackId, bytes] of recorded) {
            if (server.durable(trackId) < bytes.length) tooEarly.push(trackId);
          }
        });
        const crash = () => {
          uploader.close();
          socket.disconnect();
        };
        return { uploader, crash };
      };

      let { uploader, crash } = visit();
      let trackId = 'track-0';
      const begin = async () => {
        trackId = `track-${recorded.size}`;
        recorded.set(trackId, []);
        await uploader.start({
          trackId,
          meetingId: 'm',
          kind: 'microphone',
          mimeType: 'audio/webm',
          participant: null,
          startedAtMs: 1e12,
          continues: null,
        });
      };
      await begin();

      for (const each of steps) {
        if (each.do === 'record') {
          for (let piece = 0; piece < each.pieces; piece += 1) {
            const bytes = recorded.get(trackId)!;
            const more = Uint8Array.from(
              { length: 1 + ((bytes.length * 31) % 400) },
              (_, at) => (bytes.length + at) % 255,
            );
            bytes.push(...more);
            await uploader.append(trackId, more, bytes.length);
            await pause(1);
          }
        } else if (each.do === 'pause') await pause(each.ms);
        else if (each.do === 'cut') server.cut();
        else if (each.do === 'send-away') server.sendAway();
        else if (each.do === 'restart') server.restart();
        else if (each.do === 'sync') server.syncsTake(each.ms);
        else if (each.do === 'slow-down') server.slowDown(each.sliceMs);
        else if (each.do === 'refuse') server.refuse(each.code, each.count);
        else if (each.do === 'mute') {
          server.mute(true);
          setTimeout(() => server.mute(false), each.ms);
        } else {
          crash();
          ({ uploader, crash } = visit());
          await uploader.resumeUploads();
          await begin();
        }
      }
      server.syncsTake(1);
      await uploader.finish(trackId, recorded.get(trackId)!.length);
      await Promise.all([...recorded.keys()].map((each) => uploader.whenSaved(each)));

      for (const [each, bytes] of recorded) {
        expect(server.bytes(each)).toEqual(Uint8Array.from(bytes));
        expect(server.track(each)).toMatchObject({ closedAt: bytes.length, durable: bytes.length });
      }
      expect(tooEarly).toEqual([]);
      expect(server.violations).toEqual([]);
      expect(await spool.tracks()).toEqual([]);
      expect(uploader.heldBytes()).toBe(0);
      crash();
      await server.close();
    }),
    { numRuns: 30, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: true },
  );
});
