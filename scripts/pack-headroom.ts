// Makes `packages/headroom/dist/package`: what `npm publish` takes, with plain JavaScript, types and their comments.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/headroom');
export const packageFolder = join(source, 'dist/package');

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, { built: string }>;
  readonly private?: boolean;
  readonly devDependencies?: object;
}

const bin = './dist/operator/bin.js';
const page = 'docs/what-memory-is-short-of.md';

/** Throws where it doesn't compile, for Node 20 too: the types of its lib have nothing newer. */
export function packHeadroom(): void {
  rmSync(packageFolder, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript7/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(source, 'tsconfig.package.json')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`headroom doesn't compile for its package:\n${stdout}`);
  for (const file of globSync('**/*.d.ts', { cwd: packageFolder })) namesBuiltFiles(join(packageFolder, file));
  chmodSync(join(packageFolder, bin), 0o755);

  writeFileSync(join(packageFolder, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(packageFolder, 'LICENSE'));
  mkdirSync(join(packageFolder, 'docs'));
  copyFileSync(join(root, page), join(packageFolder, page));
  const readme = readFileSync(join(source, 'README.md'), 'utf8');
  writeFileSync(
    join(packageFolder, 'README.md'),
    readme.replaceAll(`../../${page}`, page).replaceAll('src/SPEC', 'SPEC'),
  );
  copyFileSync(join(source, 'src/SPEC.md'), join(packageFolder, 'SPEC.md'));
}

/** The compiler rewrites imports of `.ts` in JavaScript alone. */
function namesBuiltFiles(path: string) {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(/((?:from|import\() ?')(\.[^']*)\.ts'/g, "$1$2.js'"));
}

function publishedManifest(): object {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  const { private: _private, devDependencies: _devDependencies, exports, ...rest } = manifest;
  const entries = Object.entries(exports).map(([name, { built }]) => [
    name,
    { types: built.replace(/\.js$/, '.d.ts'), default: built },
  ]);
  return {
    ...rest,
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
    bin: { headroom: bin },
    files: ['dist', 'docs', 'SPEC.md'],
    keywords: ['memory', 'oom', 'cgroup', 'container', 'backpressure', 'load-shedding', 'cache', 'circuit-breaker'],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  packHeadroom();
  console.log(packageFolder);
}
