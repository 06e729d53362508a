import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** With a compiler it can't use, dependency-cruiser reads nothing and is content: fewer modules than this is an error. */
const leastModules = 100;

interface Cruise {
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
}

const root = join(import.meta.dirname, '..');
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const args = ['packages', 'apps', 'bench', '--config', '.dependency-cruiser.mjs', '--output-type', 'json'];
// Its exit code counts the violations, which are read from its JSON instead.
const { stdout } = spawnSync(process.execPath, [cruiser, ...args], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
});
const { summary } = JSON.parse(stdout) as Cruise;

for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
if (summary.totalCruised < leastModules) console.error(`Only ${summary.totalCruised} modules were read.`);
process.exitCode = summary.violations.length > 0 || summary.totalCruised < leastModules ? 1 : 0;
