import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeetingDetail, Segment } from '@hansard/protocol';
import type { BrowserContext } from 'playwright-core';
import type { TestContext } from 'vitest';
import { openBrowser } from './browser.ts';
import { startServer, type RunningServer } from './server.ts';
import { writeSpeech, type Speech } from './speech.ts';

/** A server, a browser whose microphone speaks, and a folder for what is heard. All is gone when the test is over. */
export interface Rig {
  server: RunningServer;
  browser: BrowserContext;
  speech: Speech;
  speechFile: string;
  meeting(id: string): Promise<MeetingDetail>;
  segments(id: string): Promise<Segment[]>;
  /** Downloads a track's audio; gives the file. */
  audio(id: string, trackId: string): Promise<string>;
}

interface RigOptions {
  leastSeconds: number;
  /** Of the test that it is for: tests run side by side. */
  onTestFinished: TestContext['onTestFinished'];
}

export async function createRig({ leastSeconds, onTestFinished }: RigOptions): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-e2e-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const speechFile = join(dir, 'speech.wav');
  const speech = writeSpeech(speechFile, leastSeconds);
  const server = await startServer(join(dir, 'data'));
  onTestFinished(() => server.stop());
  const browser = await openBrowser(join(dir, 'profile'), speechFile);
  onTestFinished(() => browser.close());

  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(`${server.url}/api/v1${path}`);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    server,
    browser,
    speech,
    speechFile,
    meeting: async (id) => (await (await get(`/meetings/${id}`)).json()) as MeetingDetail,
    async segments(id) {
      const all: Segment[] = [];
      for (let since = 0, more = true; more;) {
        const page = (await (await get(`/meetings/${id}/segments?since=${since}`)).json()) as {
          segments: Segment[];
          cursor: number;
          more: boolean;
        };
        all.push(...page.segments);
        since = page.cursor;
        more = page.more;
      }
      return all.filter(({ deleted }) => !deleted).toSorted((a, b) => a.startMs - b.startMs || a.seq - b.seq);
    },
    async audio(id, trackId) {
      const file = join(dir, `${trackId}.ogg`);
      writeFileSync(file, Buffer.from(await (await get(`/meetings/${id}/audio?track=${trackId}`)).arrayBuffer()));
      // A file that another player can't read whole is no export.
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
      return file;
    },
  };
}
