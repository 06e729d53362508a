import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal } from './index.ts';
import { bytesOf, silentLog } from './testing.ts';

type Answers = Map<string, number>;

/** Lets the child append until it has answered so often, kills it, and says what it had answered. */
async function runAndKill(
  dir: string,
  mirror: string,
  sync: 'on' | 'off',
  answers: number,
  into: Answers,
): Promise<void> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('kill-child.ts', import.meta.url)), '--dir', dir, '--mirror', mirror, '--sync', sync],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines >= answers) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  for (const line of output.split('\n').slice(0, -1)) {
    const [trackId, end] = line.split(' ');
    into.set(trackId!, Number(end));
  }
}

/** Bytes that were answered for and are not in the folder, or are others there. */
async function lostBytes(dir: string, answers: Answers): Promise<number> {
  const journal = await openJournal({ dir, log: silentLog, maxFileBytes: 512 << 10 });
  let lost = 0;
  for (const [trackId, end] of answers) {
    const from = Math.max(0, end - 300_000);
    const extent = journal.extent(trackId);
    const to = Math.min(end, extent?.end ?? from);
    lost += end - Math.max(from, to);
    if (to <= from) continue;
    const bytes = await journal.read(trackId, from, to);
    if (Buffer.compare(bytes, bytesOf(trackId, from, to)) !== 0) lost += to - from;
  }
  await journal.close();
  return lost;
}

async function newDirs(): Promise<{ dir: string; mirror: string }> {
  const root = await mkdtemp(join(tmpdir(), 'hansard-kill-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return { dir: join(root, 'journal'), mirror: join(root, 'mirror') };
}

test('[J1] [J4] a process killed again and again loses nothing that it answered for', async () => {
  const { dir, mirror } = await newDirs();
  const answers: Answers = new Map();
  for (const kill of [30, 700, 1, 1500, 300]) {
    await runAndKill(dir, mirror, 'on', kill, answers);
    expect(await lostBytes(dir, answers)).toBe(0);
  }
  expect(answers.size).toBe(8);
});

test('[J1] [J4] a power loss loses nothing that it answered for', async () => {
  const { dir, mirror } = await newDirs();
  const answers: Answers = new Map();
  await runAndKill(dir, mirror, 'on', 1500, answers);
  expect(await lostBytes(mirror, answers)).toBe(0);
});

test('[J1] with the sync taken out, a kill shows nothing and a power loss does', async () => {
  const { dir, mirror } = await newDirs();
  const answers: Answers = new Map();
  await runAndKill(dir, mirror, 'off', 500, answers);
  expect(await lostBytes(dir, answers)).toBe(0);
  const answered = [...answers.values()].reduce((sum, end) => sum + Math.min(end, 300_000), 0);
  expect(await lostBytes(mirror, answers)).toBe(answered);
});
