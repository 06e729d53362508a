import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeServer, type FakeServer } from '@hansard/client/testing';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';

const fakeMicrophone = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];

export interface ClientRig {
  server: FakeServer;
  context: BrowserContext;
  /** Opens the page of `client-page.ts`. */
  open(hash?: string): Promise<Page>;
  close(): Promise<void>;
}

/** A real Chromium, the SDK bundled into a page, and a server that notes what it gets. */
export async function createClientRig({ tabAudio = false } = {}): Promise<ClientRig> {
  const script = await bundle(join(import.meta.dirname, 'client-page.ts'));
  const server = await createFakeServer({
    onRequest(request, response) {
      // Everything but Socket.IO's own path, which it answers itself.
      if (request.url?.startsWith('/socket.io/')) return;
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
    },
  });
  const profile = mkdtempSync(join(tmpdir(), 'hansard-client-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--autoplay-policy=no-user-gesture-required',
      ...(tabAudio ? ['--auto-accept-this-tab-capture'] : fakeMicrophone),
    ],
    ...(tabAudio && { ignoreDefaultArgs: ['--mute-audio'] }),
  });
  return {
    server,
    context,
    async open(hash = '') {
      const page = await context.newPage();
      await page.goto(`${server.url}/${hash}`);
      await page.waitForFunction(() => document.title === 'ready');
      return page;
    },
    async close() {
      await context.close();
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  return output.output[0].code;
}

/** The recording as samples at 16 kHz, −1 to 1. Fails where ffmpeg finds anything wrong with it. */
export function decode(webm: Uint8Array): Float32Array {
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-xerror',
    '-f',
    'webm',
    '-i',
    'pipe:0',
    '-f',
    'f32le',
    '-ac',
    '1',
    '-ar',
    '16000',
    '-',
  ];
  const pcm = execFileSync('ffmpeg', args, { input: webm, maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' });
  return new Float32Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength));
}

/** Root mean square of the samples between two times. */
export function loudness(samples: Float32Array, fromMs: number, toMs: number): number {
  const some = samples.subarray(fromMs * 16, toMs * 16);
  return Math.sqrt(some.reduce((sum, sample) => sum + sample * sample, 0) / some.length);
}
