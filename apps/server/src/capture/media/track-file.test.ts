import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterOf, decode, fixtures, makeWebm, packetsOf, readFixture } from './testing.ts';
import { createTrackFile } from './track-file.ts';

const ogg = 'audio/ogg;codecs=opus';
const webm = 'audio/webm;codecs=opus';

async function makeFile(bytes: Uint8Array, mimeType: string, pieceBytes = 777): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(createTrackFile({ mimeType, bytes: piecesOf(bytes, pieceBytes) })));
}

async function* piecesOf(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'track-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(fixtures)('$name as one file', ({ name, mimeType }) => {
  const bytes = readFixture(name);

  it('is the same sound, to the sample, however its bytes came', async () => {
    const file = await makeFile(bytes, mimeType);
    expect(await makeFile(bytes, mimeType, 50_000)).toEqual(file);
    expect(await decode(file, ogg)).toEqual(await decode(bytes, mimeType));
  });

  it('has no error and the exact duration in ffprobe', async () => {
    const path = join(folder, `${name}.ogg`);
    await writeFile(path, await makeFile(bytes, mimeType));
    const entries = ['-show_entries', 'stream=duration_ts', '-of', 'default=nk=1:nw=1', path];
    const { stdout, stderr } = await promisify(execFile)('ffprobe', ['-v', 'warning', ...entries]);
    const packets = packetsOf(bytes, mimeType);
    const played = packets.reduce((sum, { samples, discardSamples }) => sum + samples - discardSamples, 0);
    expect(Number(stdout)).toBe(played);
    expect(stderr).toBe('');
  });
});

it('has silence where the clock jumped, so that its time is the track’s', async () => {
  const sizes = Array.from({ length: 50 }, () => 200);
  const file = await makeFile(makeWebm([clusterOf(0, sizes), clusterOf(10_000, sizes)]), webm);
  const sound = await decode(file, ogg);
  expect(sound.length / 48).toBe(13_000);
  const loudness = (fromMs: number, toMs: number) =>
    sound.subarray(fromMs * 48, toMs * 48).reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  expect(loudness(0, 3000)).toBeGreaterThan(0.01);
  expect(loudness(3500, 9900)).toBeLessThan(1e-4);
  expect(loudness(10_000, 13_000)).toBeGreaterThan(0.01);
});

it('gives out a day of silence in small pieces', async () => {
  const bytes = makeWebm([clusterOf(0, [200]), clusterOf(86_400_000, [200])]);
  let largest = 0;
  let whole = 0;
  for await (const { length } of createTrackFile({ mimeType: webm, bytes: piecesOf(bytes, bytes.length) })) {
    largest = Math.max(largest, length);
    whole += length;
  }
  expect(largest).toBeLessThan(128 * 1024);
  expect(whole).toBeGreaterThan(1_000_000);
});

it('says so where there is no sound', async () => {
  await expect(makeFile(new Uint8Array(0), webm)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA' });
  await expect(makeFile(Buffer.from('no recording'), webm)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA' });
});

describe('in a browser', () => {
  let server: Server;
  beforeAll(async () => {
    const file = await makeFile(readFixture('chromium-speech.webm'), webm);
    server = await serve(file);
  });
  afterAll(() => server.close());

  it('plays, knows its length at once and seeks to any time', { timeout: 60_000 }, async () => {
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      expect(await page.evaluate<unknown>(playInPage)).toEqual({
        duration: expect.closeTo(17.88, 2),
        seekable: expect.closeTo(17.88, 2),
        reached: [expect.closeTo(12.5, 1), expect.closeTo(3.2, 1)],
        played: true,
      });
    } finally {
      await browser.close();
    }
  });
});

/** As text, since it runs in the page, whose globals this program does not have. */
const playInPage = `(async () => {
  const audio = new Audio('/audio.ogg');
  const told = (name) => new Promise((resolve) => audio.addEventListener(name, resolve, { once: true }));
  audio.muted = true;
  await told('loadedmetadata');
  const { duration } = audio;
  const reached = [];
  for (const second of [12.5, 3.2]) {
    audio.currentTime = second;
    await told('seeked');
    reached.push(audio.currentTime);
  }
  await audio.play();
  while (audio.currentTime < 3.4) await told('timeupdate');
  return { duration, seekable: audio.seekable.end(0), reached, played: !audio.error };
})()`;

/** A page, and the file by range. */
async function serve(file: Buffer): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/audio.ogg') {
      response.setHeader('content-type', 'text/html').end('<title>Playback</title>');
      return;
    }
    const [from = '0', to = ''] = (request.headers.range ?? 'bytes=0-').slice('bytes='.length).split('-');
    const end = to === '' ? file.length : Number(to) + 1;
    response.writeHead(request.headers.range ? 206 : 200, {
      'content-type': 'audio/ogg',
      'accept-ranges': 'bytes',
      'content-length': end - Number(from),
      ...(request.headers.range && { 'content-range': `bytes ${from}-${end - 1}/${file.length}` }),
    });
    response.end(file.subarray(Number(from), end));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it.each(fixtures)('leaves out what is lost of $name, and nothing else', async ({ name, mimeType }) => {
  const bytes = readFixture(name);
  const recorded = packetsOf(bytes, mimeType);
  const known = new Set(recorded.map(({ payload }) => Buffer.from(payload).toString('hex')));
  for (const lostFrom of [9000, 9001, 9100, 12_345]) {
    const lostTo = lostFrom + 1500;
    const pieces = async function* () {
      yield bytes.subarray(0, lostFrom);
      yield { lostBytes: lostTo - lostFrom };
      yield bytes.subarray(lostTo);
    };
    const file = Buffer.concat(await Array.fromAsync(createTrackFile({ mimeType, bytes: pieces() })));
    const heard = packetsOf(file, ogg).map(({ payload }) => Buffer.from(payload).toString('hex'));
    expect(heard.filter((packet) => !known.has(packet) && !/^f[bf]..(fffe)+$/.test(packet))).toEqual([]);
    const before = recorded.filter(({ byteEnd }) => byteEnd <= lostFrom);
    expect(heard.slice(0, before.length)).toEqual(before.map(({ payload }) => Buffer.from(payload).toString('hex')));
    expect(heard.at(-1)).toBe(Buffer.from(recorded.at(-1)!.payload).toString('hex'));
  }
});
