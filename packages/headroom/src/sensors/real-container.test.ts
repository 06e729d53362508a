import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inChild } from './fixtures/in-child.ts';
import { createNodeSensors } from './node-sensors.ts';

const mib = 1024 * 1024;

/** Where a group can be made by hand, with the file for its limit. */
const trees = [
  { top: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  { top: '/sys/fs/cgroup', limit: 'memory.max' },
];

interface Group {
  readonly path: string;
  readonly top: string;
}

/** A group with a limit on this very machine, gone after the test; null where none may be made. */
function makeGroup(limitBytes: number): Group | null {
  for (const { top, limit } of trees) {
    const path = join(top, `headroom-test-${process.pid}`);
    try {
      mkdirSync(path);
    } catch {
      continue;
    }
    onTestFinished(() => rmdirSync(path));
    try {
      writeFileSync(join(path, limit), String(limitBytes));
      return { path, top };
    } catch {
      // No such file here: memory is not accounted in this tree.
    }
  }
  return null;
}

test('[S3] [S8] In a real group the signal is its working set; where none can be made, it agrees with the runtime', async () => {
  const group = makeGroup(512 * mib);
  await (group === null ? expectOwnPlace() : expectWorkingSet(group));
});

async function expectWorkingSet({ path, top }: Group) {
  type Reads = Record<'outside' | 'inside' | 'grown' | 'cached' | 'back', { usedBytes: number; limitBytes: number }>;
  // Files go to /var/tmp: /tmp is memory on some machines.
  const { outside, inside, grown, cached, back } = await inChild<Partial<Reads>>(`
    import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
    const memory = sensors.createNodeSensors();
    const read = () => memory.readSignals().container;
    const move = (path) => writeFileSync(path + '/cgroup.procs', String(process.pid));
    const outside = read();
    move(${JSON.stringify(path)});
    const inside = read();
    const held = Buffer.alloc(100 * ${mib}, 1);
    const grown = read();
    const folder = mkdtempSync('/var/tmp/headroom-');
    for (let index = 0; index < 2; index += 1) writeFileSync(folder + '/file', held, { flag: 'a' });
    const cached = read();
    rmSync(folder, { recursive: true });
    move(${JSON.stringify(top)});
    const back = read();
    memory.close();
    say({ outside, inside, grown, cached, back, held: held.length });`);
  expect(inside!.limitBytes).toBe(512 * mib);
  const grownBytes = grown!.usedBytes - inside!.usedBytes;
  expect(grownBytes).toBeGreaterThan(90 * mib);
  expect(grownBytes).toBeLessThan(150 * mib);
  // 200 MiB of file pages are in the group's usage now, and can be dropped at any time.
  expect(cached!.usedBytes - grown!.usedBytes).toBeLessThan(60 * mib);
  // The top of the tree may itself be limited, where the whole machine is a container.
  expect(back?.limitBytes).toBe(outside?.limitBytes);
}

async function expectOwnPlace() {
  const { container, constrainedBytes } = await inChild<{
    container: { limitBytes: number } | null;
    constrainedBytes: number;
  }>(`
    const memory = sensors.createNodeSensors();
    const container = memory.readSignals().container ?? null;
    memory.close();
    say({ container, constrainedBytes: process.constrainedMemory() });`);
  const isLimited = constrainedBytes > 0 && constrainedBytes < totalmem();
  const limitBytes = container?.limitBytes ?? Infinity;
  expect(isLimited ? limitBytes <= constrainedBytes : limitBytes >= totalmem()).toBe(true);
}

test('[S3] Where no group is, what the process says of its own place agrees with the runtime', expectOwnPlace);

test('[S4] On this machine the container is on with a finite limit, or off: neither full nor empty', () => {
  const sensors = createNodeSensors();
  onTestFinished(() => sensors.close());
  const { container } = sensors.readSignals();
  expect(container === undefined || (container.limitBytes < 2 ** 53 && container.usedBytes > 0)).toBe(true);
});
