import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** A benchmark is a folder `bench/src/NAME` whose `index.ts` exports this. */
export interface Benchmark {
  describe: string;
  /** Options in the form of `util.parseArgs`. */
  options?: NonNullable<Parameters<typeof parseArgs>[0]>['options'];
  run(values: Record<string, string | boolean | undefined>): Promise<void>;
}

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(({ name }) => existsSync(join(import.meta.dirname, name, 'index.ts')))
  .map(({ name }) => name)
  .toSorted();
const [name, ...args] = process.argv.slice(2);

if (!name || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [options]\n\nBenchmarks: ${names.join(', ')}`);
  process.exit(2);
}
const { benchmark } = (await import(`./${name}/index.ts`)) as { benchmark: Benchmark };
console.log(`# ${name}: ${benchmark.describe}\n# npm run bench -- ${[name, ...args].join(' ')}`);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.once(signal, () => process.exit(code));
const { values } = parseArgs({ args, options: benchmark.options ?? {} });
await benchmark.run(values as Record<string, string | boolean | undefined>);
