import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFakeSensors } from '../testing/index.ts';
import { adviseFlags } from './advise-flags.ts';
import { diagnose, diagnosisText, type Diagnosis } from './doctor.ts';

const mib = 2 ** 20;

test('[O2] tells each signal on or off, and why, and the flags for this container', () => {
  const sensors = createFakeSensors();
  sensors.set({ container: { usedBytes: 64 * mib, limitBytes: 256 * mib } });
  const diagnosis = diagnose(sensors, 16 * mib, 256 * mib);
  const situation = { containerLimitBytes: 256 * mib, processors: availableParallelism() };
  expect(diagnosis.advice).toEqual(adviseFlags(situation));
  const text = diagnosisText(diagnosis);
  expect(text).toContain('64.0 MB of 256 MB (25.0 %)');
  expect(text).toMatch(/external +off +no budget is given/);
  expect(text).toContain('The heap may grow larger than the container');
  expect(text).toContain('Start with: node --max-old-space-size=170 --max-semi-space-size=4');
});

test('[O2] without a limit it says so, and gives no size to the heap', () => {
  const diagnosis = diagnose(createFakeSensors(), mib, null);
  expect(diagnosis.container).toBe(null);
  expect(diagnosisText(diagnosis)).toMatch(/container +no limit/);
  expect(diagnosis.advice.maxOldSpaceMb).toBe(null);
});

const bin = join(import.meta.dirname, 'bin.ts');
const run = (nodeArgs: string[], args: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...nodeArgs, bin, ...args], {
    encoding: 'utf8',
  });

test('[O2] the command prints what a process with these flags sees here, as lines or data', () => {
  const flags = ['--max-old-space-size=200', '--max-semi-space-size=4'];
  const { stdout, status } = run(flags, ['doctor', '--json']);
  expect(status).toBe(0);
  const { heap, signals, node } = JSON.parse(stdout) as Diagnosis;
  expect(node).toBe(process.version);
  expect(heap.semiSpaceBytes).toBe(4 * mib);
  const old = signals.find(({ name }) => name === 'old-generation')!.reading!;
  expect(old.limitBytes).toBe(200 * mib);
  expect(run(flags, ['doctor']).stdout).toMatch(/Start with: node --max/);
  expect(run([], ['surgeon'])).toMatchObject({ status: 2, stdout: '' });
});
