import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePort, startServer } from './support/server.ts';
import { writeSpeech } from './support/speech.ts';
import { wordErrorRate } from './support/words.ts';

const scripts = join(import.meta.dirname, '../../../scripts');

/** Runs a script of ours as `npm run` does; gives what it printed. */
async function run(script: string, args: string[], dataDir: string): Promise<string> {
  const env = { ...process.env, PORT: String(await freePort()), HANSARD_DATA_DIR: dataDir };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(scripts, script), ...args], { env });
  return stdout + stderr;
}

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-command-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it('the demo goes through the real pipeline to minutes', async () => {
  const said = await run('demo.ts', ['--fast'], tempDir());
  expect(said).toMatch(/Speech is turned into text by pocketsphinx/);
  const [, lines, items] = said.match(/(\d+) lines, (\d+) action items/) ?? [];
  expect(Number(lines)).toBeGreaterThan(10);
  expect(Number(items)).toBeGreaterThan(0);
});

it('the demo brings its text as captions where there is no engine, and says so', async () => {
  const said = await run('demo.ts', ['--fast', '--captions'], tempDir());
  expect(said).toMatch(/There is no speech engine here: the text comes as captions/);
  expect(said).toMatch(/17 lines/);
});

it('a file becomes a transcript', async () => {
  const dir = tempDir();
  const file = join(dir, 'speech.wav');
  const { text } = writeSpeech(file, 15);
  expect(await run('transcribe.ts', [file], join(dir, 'data'))).toMatch(/Written to .*speech\.txt/);
  const lines = readFileSync(join(dir, 'speech.txt'), 'utf8').split('\n');
  const spoken = lines.filter((line) => /^\[?\d+:\d+/.test(line)).map((line) => line.replace(/^\S+\s+/, ''));
  expect(wordErrorRate(text, spoken.join(' '))).toBeLessThan(0.25);
});

it('a file that is no sound gets a clear error', async () => {
  const dir = tempDir();
  const failed = run('transcribe.ts', [join(scripts, 'run.mjs')], join(dir, 'data'));
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ffmpeg can't read .*run\.mjs/),
  });
});

it('a second server on the same data says so and ends', async () => {
  const dataDir = tempDir();
  const first = await startServer(dataDir);
  onTestFinished(() => first.stop());
  await expect(startServer(dataDir)).rejects.toThrow(/Another Hansard is running/);
});
