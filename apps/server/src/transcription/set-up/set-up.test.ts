import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOnMachine, runProgram, type RunProgram } from './index.ts';
import { setUpLocalEngine, type SetUpOptions } from './set-up-local-engine.ts';
import { modelFor } from './models.ts';

const name = 'sherpa-onnx-test-en';
let root: string;
let archive: Buffer;
let server: Server;
let releases: string;
/** What the server does with each request; by default it serves the archive, ranges included. */
let ranges: (string | undefined)[];
let behave: 'serve' | 'hang' | 'cut' | 'missing' | 'stall';

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'hansard-set-up-'));
  mkdirSync(join(root, 'source', name), { recursive: true });
  writeFileSync(join(root, 'source', name, 'tokens.txt'), 'a 1\n'.repeat(50_000));
  execFileSync('tar', ['-cjf', join(root, 'model.tar.bz2'), '-C', join(root, 'source'), name]);
  archive = readFileSync(join(root, 'model.tar.bz2'));
  ranges = [];
  behave = 'serve';
  server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

function handle({ headers: { range } }: IncomingMessage, response: ServerResponse): void {
  ranges.push(range);
  const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  const rest = archive.subarray(from);
  if (behave === 'missing' || rest.length === 0) {
    response.writeHead(behave === 'missing' ? 404 : 416).end();
  } else if (behave !== 'hang') {
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (behave === 'serve') response.end(rest);
    else response.write(rest.subarray(0, Math.ceil(rest.length / 2)));
    if (behave === 'cut') setTimeout(() => response.destroy(), 50);
  }
}

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
  rmSync(root, { recursive: true });
});

const dataDir = () => join(root, 'data');
const sha256 = () => createHash('sha256').update(archive).digest('hex');

/** Unpacks for real, and keeps apt-get away from this machine. */
function programs(apt: (args: readonly string[]) => number, asked: string[] = []): RunProgram {
  return async (program, args, signal) => {
    if (program !== 'apt-get') return runProgram(program, args, signal);
    asked.push([program, ...args].join(' '));
    return { code: apt(args), lastWords: '' };
  };
}

const setUp = (options: Partial<SetUpOptions> = {}) =>
  setUpLocalEngine({
    dataDir: dataDir(),
    log: pino({ level: 'silent' }),
    allowed: true,
    timeoutMs: 300,
    isRoot: false,
    run: programs(() => 127),
    model: { name, sha256: sha256(), releases },
    ...options,
  });

describe('setUpLocalEngine', () => {
  it('fetches a model, checks it, unpacks it and says how far it is', async () => {
    const shares: (number | null)[] = [];
    const result = await setUp({ onProgress: ({ share }) => void shares.push(share) });
    const modelDir = join(dataDir(), 'models', name);
    expect(result).toEqual({ kind: 'sherpa-onnx', modelDir });
    expect(statSync(join(modelDir, 'tokens.txt')).size).toBe(200_000);
    expect(shares.at(-2)).toBe(1);
    expect(existsSync(`${modelDir}.tar.bz2`)).toBe(false);
    expect(await findOnMachine({ dataDir: dataDir(), run: programs(() => 127) })).toMatchObject({
      sherpaModelDir: modelDir,
    });
  });

  it('goes on from where an earlier try broke off', async () => {
    behave = 'cut';
    expect(await setUp()).toMatchObject({ kind: 'none' });
    const had = statSync(join(dataDir(), 'models', `${name}.tar.bz2.part`)).size;
    expect(had).toBe(Math.ceil(archive.length / 2));
    behave = 'serve';
    expect(await setUp()).toMatchObject({ kind: 'sherpa-onnx' });
    expect(ranges).toEqual([undefined, `bytes=${had}-`]);
  });

  it('takes a part that is whole already', async () => {
    mkdirSync(join(dataDir(), 'models'), { recursive: true });
    writeFileSync(join(dataDir(), 'models', `${name}.tar.bz2.part`), archive);
    expect(await setUp()).toMatchObject({ kind: 'sherpa-onnx' });
  });

  it('uses nothing whose checksum is wrong, and begins anew after it', async () => {
    expect(await setUp({ model: { name, sha256: '0'.repeat(64), releases } })).toMatchObject({ kind: 'none' });
    expect(existsSync(join(dataDir(), 'models', name))).toBe(false);
    expect(existsSync(join(dataDir(), 'models', `${name}.tar.bz2.part`))).toBe(false);
    expect(await setUp()).toMatchObject({ kind: 'sherpa-onnx' });
  });

  it.each(['hang', 'stall', 'missing'] as const)('gives up on a network that does "%s"', async (how) => {
    behave = how;
    const result = await setUp();
    expect(result).toEqual({ kind: 'none', hint: expect.stringContaining('apt-get install pocketsphinx') });
  });

  it('gives up where there is nobody', async () => {
    expect(await setUp({ model: { name, sha256: '', releases: 'http://127.0.0.1:1' } })).toMatchObject({
      kind: 'none',
    });
  });

  it('else installs PocketSphinx, where it is root and there is apt-get', async () => {
    behave = 'missing';
    const asked: string[] = [];
    let installs = 0;
    const apt = (args: readonly string[]) => (args[0] === 'install' && (installs += 1) === 1 ? 100 : 0);
    expect(await setUp({ isRoot: true, run: programs(apt, asked) })).toEqual({ kind: 'pocketsphinx' });
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['--version', 'install', 'update', 'install']);
    expect(asked[1]).toMatch(/ pocketsphinx pocketsphinx-en-us$/);
    expect(await setUp({ isRoot: true, run: programs(() => 127) })).toMatchObject({ kind: 'none' });
    const failing = (args: readonly string[]) => (args[0] === '--version' ? 0 : 100);
    expect(await setUp({ isRoot: true, run: programs(failing) })).toMatchObject({ kind: 'none' });
  });

  it('touches nothing when it is turned off', async () => {
    const asked: string[] = [];
    expect(await setUp({ allowed: false, isRoot: true, run: programs(() => 0, asked) })).toMatchObject({
      kind: 'none',
    });
    expect(ranges).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('says what is missing to unpack with', async () => {
    const reasons: string[] = [];
    const onProgress = ({ detail }: { detail: string }) => void reasons.push(detail);
    await setUp({ onProgress, run: async () => ({ code: 2, lastWords: 'tar (child): bzip2: Cannot exec' }) });
    expect(reasons.join('')).toContain('apt-get install bzip2');
  });
});

describe('modelFor', () => {
  it('is English unless another language is configured', () => {
    expect(modelFor(undefined).name).toContain('-en-');
    expect(modelFor('en-GB').name).toContain('-en-');
    expect(modelFor('de').name).toContain('whisper');
  });
});
