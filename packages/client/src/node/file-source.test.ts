import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectSocket } from '../socket.ts';
import { createFakeServer } from '../testing/fake-server.ts';
import { createUploader, type NewTrack } from '../upload/uploader.ts';
import { createDirectorySpool } from './directory-spool.ts';
import { createFileSource } from './file-source.ts';

const recording = Uint8Array.from({ length: 4_100 }, (_, at) => at % 256);
const track = (): NewTrack => ({
  trackId: crypto.randomUUID(),
  meetingId: 'm1',
  kind: 'microphone',
  mimeType: 'audio/webm;codecs=opus',
  participant: null,
  startedAtMs: Date.now(),
  continues: null,
});

async function client() {
  const directory = await mkdtemp(join(tmpdir(), 'hansard-source-'));
  const server = await createFakeServer();
  const socket = connectSocket(server.url);
  const uploader = createUploader({ socket, spool: await createDirectorySpool(directory) });
  return {
    directory,
    server,
    uploader,
    close: async () => {
      uploader.close();
      socket.disconnect();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

it('plays a file into a track as fast as it goes, in slices of the given time', async () => {
  const { directory, server, uploader, close } = await client();
  const file = join(directory, 'meeting.webm');
  await writeFile(file, recording);
  const source = await createFileSource({ file, realTime: false, sliceMs: 500, bytesPerSecond: 1_000 });
  expect(source.durationMs).toBe(4_100);
  const playing = track();
  await source.play(uploader, playing).done;
  await uploader.whenSaved(playing.trackId);
  expect(server.bytes(playing.trackId)).toEqual(recording);
  expect(server.track(playing.trackId)).toMatchObject({ closedAt: 4_100, capturedMs: 4_100 });
  await close();
});

it('plays at the pace of a microphone, and ends where it is stopped', async () => {
  const { server, uploader, close } = await client();
  // A clock that goes only when it is waited for: what is asked for is what has passed.
  let now = 0;
  const waits: number[] = [];
  const clock = {
    now: () => now,
    after(delayMs: number, callback: () => void) {
      waits.push(delayMs);
      now += delayMs;
      setTimeout(callback, 0);
      return () => {};
    },
  };
  const source = await createFileSource({ bytes: recording, realTime: true, bytesPerSecond: 1_000, clock });
  const [whole, cut] = [track(), track()];
  await source.play(uploader, whole).done;
  await uploader.whenSaved(whole.trackId);
  expect(now).toBeCloseTo(4_100);
  expect(waits.slice(0, 3)).toEqual([250, 250, 250]);

  const playing = source.play(uploader, cut);
  setTimeout(playing.stop, 5);
  await playing.done;
  await uploader.whenSaved(cut.trackId);
  const { closedAt, capturedMs } = server.track(cut.trackId)!;
  expect(closedAt).toBe(capturedMs);
  expect(closedAt).toBeLessThan(4_100);
  expect(server.bytes(cut.trackId)).toEqual(recording.subarray(0, closedAt!));
  await close();
});
