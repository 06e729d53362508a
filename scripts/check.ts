import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missingFromLock } from './lock.ts';
import { uncitedRules } from './spec-rules.ts';

const root = join(import.meta.dirname, '..');
const bin = (path: string) => [process.execPath, join(root, 'node_modules', path)];
const tsc = bin('typescript7/bin/tsc');
const projects = [
  'packages/headroom',
  'packages/protocol',
  'packages/client',
  'apps/server',
  'apps/web',
  'apps/e2e',
  'bench',
  'scripts',
];

const checks: Record<string, string[][]> = {
  types: projects.map((project) => [...tsc, '-p', project]),
  lint: [[...bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings']],
  format: [[...bin('oxfmt/bin/oxfmt'), '--check', '.']],
  unused: [[...bin('knip/bin/knip.js')]],
  direction: [[process.execPath, join(root, 'scripts/direction.ts')]],
};

let failed = 0;
for (const [name, commands] of Object.entries(checks)) {
  for (const [program = '', ...args] of commands) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    if (status === 0) continue;
    failed += 1;
    console.error(`✗ ${name}: ${args.slice(1).join(' ')}\n${stdout}${stderr}`);
  }
  console.log(`${name} checked`);
}
for (const path of missingFromLock().keys()) {
  failed += 1;
  console.error(`✗ lock: ${path} is missing, npm ci would refuse it; node scripts/lock.ts adds it`);
}
for (const rule of uncitedRules(root)) {
  failed += 1;
  console.error(`✗ rules: ${rule} has no test that cites it`);
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} checks failed.`);
process.exit(failed === 0 ? 0 : 1);
