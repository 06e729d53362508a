import { expect, onTestFinished, test } from 'vitest';
import { createFixtureTree, groupV1, groupV2, largestOfV1, mountinfo } from '../fixtures/tree.ts';
import { createContainerSensor } from './container.ts';

const membership = 'proc/self/cgroup';
const mounts = 'proc/self/mountinfo';

function open(files: Readonly<Record<string, string | number>>) {
  const tree = createFixtureTree(files);
  const errors: string[] = [];
  const sensor = createContainerSensor(tree.root, (error) => void errors.push(error.message));
  onTestFinished(() => sensor.close());
  return { ...tree, errors, sensor };
}

test('[S3] Version 2: use is the working set, and the limit memory.max', () => {
  const { sensor, errors, write } = open({
    [membership]: '0::/app\n',
    [mounts]: mountinfo.v2,
    ...groupV2('app', 700, 200, 1000),
    ...groupV2('/', 5000, 0, 'max\n'),
  });
  expect(sensor.read()).toEqual({ usedBytes: 500, limitBytes: 1000 });
  write(groupV2('app', 800, 100, 2000));
  expect(sensor.read()).toEqual({ usedBytes: 700, limitBytes: 2000 });
  expect(errors).toEqual([]);
});

test('[S3] Version 1: the children of the group count too', () => {
  const { sensor, errors } = open({
    [membership]: '7:cpu,cpuacct:/elsewhere\n4:memory:/docker/ab:c\n1:name=systemd:/\n',
    [mounts]: mountinfo.v1,
    ...groupV1('docker/ab:c', 700, 300, 1000),
    ...groupV1('docker', 900, 0, largestOfV1),
    ...groupV1('/', 9000, 0, largestOfV1),
  });
  expect(sensor.read()).toEqual({ usedBytes: 400, limitBytes: 1000 });
  expect(errors).toEqual([]);
});

test('[S3] Hybrid: memory is under version 1, or under version 2 where version 1 has it not', () => {
  const both = { ...groupV1('a', 300, 0, 1000), 'sys/fs/cgroup/unified/b/cgroup.procs': '1\n' };
  const inV1 = open({ [membership]: '4:memory:/a\n0::/b\n', [mounts]: mountinfo.hybrid, ...both });
  expect(inV1.sensor.read()).toEqual({ usedBytes: 300, limitBytes: 1000 });
  const inV2 = open({
    [membership]: '4:cpu:/a\n0::/b\n',
    [mounts]: '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
    'sys/fs/cgroup/unified/b/memory.current': 30,
    'sys/fs/cgroup/unified/b/memory.max': 90,
    'sys/fs/cgroup/unified/b/memory.stat': 'inactive_file 10\n',
  });
  expect(inV2.sensor.read()).toEqual({ usedBytes: 20, limitBytes: 90 });
});

test('[S3] Nested: of the own group and all above, the one with the highest ratio rules', () => {
  const { sensor, write } = open({
    [membership]: '0::/slice/pod/app\n',
    [mounts]: mountinfo.v2,
    ...groupV2('slice/pod/app', 500, 0, 1000),
    ...groupV2('slice/pod', 1800, 0, 2000),
    ...groupV2('slice', 2000, 0, 'max\n'),
  });
  expect(sensor.read()).toEqual({ usedBytes: 1800, limitBytes: 2000 });
  write(groupV2('slice/pod/app', 950, 0, 1000));
  expect(sensor.read()).toEqual({ usedBytes: 950, limitBytes: 1000 });
  write(groupV2('slice', 2000, 0, 2050));
  expect(sensor.read()).toEqual({ usedBytes: 2000, limitBytes: 2050 });
});

test('[S3] A container sees its group at the top of the mount, and version 1 tells limits above it', () => {
  const { sensor } = open({
    [membership]: '4:memory:/docker/abc\n',
    [mounts]: '35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
    ...groupV1('/', 400, 100, largestOfV1),
    'sys/fs/cgroup/memory/memory.stat': 'hierarchical_memory_limit 600\ntotal_inactive_file 100\n',
  });
  expect(sensor.read()).toEqual({ usedBytes: 300, limitBytes: 600 });
});

test('[S3] file pages that were read often are no use, unless they are mapped', () => {
  const cached = (active: number, mapped: number) => ({
    'sys/fs/cgroup/memory/memory.stat': `active_file 1\ntotal_inactive_file 100\ntotal_active_file ${active}\ntotal_mapped_file ${mapped}\n`,
  });
  const { sensor, write } = open({
    [membership]: '4:memory:/docker/abc\n',
    [mounts]: '35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
    ...groupV1('/', 1000, 100, 2000),
    ...cached(300, 50),
  });
  expect(sensor.read()).toEqual({ usedBytes: 650, limitBytes: 2000 });
  write(cached(300, 400));
  expect(sensor.read()).toEqual({ usedBytes: 900, limitBytes: 2000 });
});

test.each([
  ['a path outside the mount', '0::/../other\n', mountinfo.v2],
  ['a group that the mount does not show', '0::/kubepods/x\n', mountinfo.v2.replace(' / ', ' /else ')],
  ['no mountinfo', '0::/\n', ''],
])('[S3] With %s, the top of the mount is all there is to see', (_, own, mountText) => {
  const { sensor } = open({
    [membership]: own,
    ...(mountText && { [mounts]: mountText }),
    ...groupV2('/', 40, 0, 100),
  });
  expect(sensor.read()).toEqual({ usedBytes: 40, limitBytes: 100 });
});

test('[S3] Mount points with blanks in their names are found', () => {
  const { sensor } = open({
    [membership]: '0::/a\n',
    [mounts]: mountinfo.v2.replace('/sys/fs/cgroup', String.raw`/my\040groups`),
    'my groups/a/memory.current': 3,
    'my groups/a/memory.max': 4,
    'my groups/a/memory.stat': 'inactive_file 0\n',
  });
  expect(sensor.read()).toEqual({ usedBytes: 3, limitBytes: 4 });
});

test.each([
  ['max', { [membership]: '0::/a\n', [mounts]: mountinfo.v2, ...groupV2('a', 1, 0, 'max\n') }],
  [
    'the largest number of version 1',
    { [membership]: '4:memory:/a\n', [mounts]: mountinfo.v1, ...groupV1('a', 1, 0, largestOfV1) },
  ],
  [
    'the largest number with 64 KiB pages',
    { [membership]: '4:memory:/a\n', [mounts]: mountinfo.v1, ...groupV1('a', 1, 0, '9223372036854710272\n') },
  ],
  [
    'what a 64-bit number turns into',
    { [membership]: '0::/a\n', [mounts]: mountinfo.v2, ...groupV2('a', 1, 0, '18446744073709552000\n') },
  ],
  ['no group files', { [membership]: '0::/a\n', [mounts]: mountinfo.v2 }],
  ['no memory tree', { [membership]: '3:cpu:/a\n', [mounts]: mountinfo.v1 }],
  ['no /proc', {}],
])('[S4] %s means no limit: the signal is off, and that is no error', (_, files: Record<string, string | number>) => {
  const { sensor, errors } = open(files);
  expect(sensor.read()).toBe(null);
  expect(sensor.read()).toBe(null);
  expect(errors).toEqual([]);
});

test.each([
  ['limit', { 'sys/fs/cgroup/a/memory.max': 'plenty\n' }],
  ['limit of nothing', { 'sys/fs/cgroup/a/memory.max': '0\n' }],
  ['negative limit', { 'sys/fs/cgroup/a/memory.max': '-1\n' }],
  ['empty use', { 'sys/fs/cgroup/a/memory.current': '' }],
  ['stat', { 'sys/fs/cgroup/a/memory.stat': 'inactive_file some\n' }],
  ['stat without the field', { 'sys/fs/cgroup/a/memory.stat': 'anon 7\n' }],
])('[S4] A nonsensical %s turns the group off and is told; the groups above it count', (_, nonsense) => {
  const files = { [membership]: '0::/a\n', [mounts]: mountinfo.v2, ...groupV2('a', 90, 0, 100) };
  const alone = open({ ...files, ...nonsense });
  expect(alone.sensor.read()).toBe(null);
  expect(alone.errors).toHaveLength(1);
  const below = open({ ...files, ...groupV2('/', 50, 0, 200), ...nonsense });
  expect(below.sensor.read()).toEqual({ usedBytes: 50, limitBytes: 200 });
});

test('[S4] A file that is there and cannot be read is told, and turns the group off', () => {
  const { sensor, errors } = open({
    [membership]: '0::/a\n',
    [mounts]: mountinfo.v2,
    ...groupV2('a', 90, 0, 100),
    'sys/fs/cgroup/b/memory.max': 1,
  });
  const folderInstead = open({
    [membership]: '0::/a\n',
    [mounts]: mountinfo.v2,
    'sys/fs/cgroup/a/memory.current': 1,
    'sys/fs/cgroup/a/memory.stat': 'inactive_file 0\n',
    'sys/fs/cgroup/a/memory.max/x': 1,
  });
  expect(folderInstead.sensor.read()).toBe(null);
  expect(folderInstead.errors.join()).toContain('EISDIR');
  expect(sensor.read()).toEqual({ usedBytes: 90, limitBytes: 100 });
  expect(errors).toEqual([]);
});

test('[S3] Page cache that is dropped between two readings makes no negative use', () => {
  const { sensor } = open({ [membership]: '0::/a\n', [mounts]: mountinfo.v2, ...groupV2('a', 90, 95, 100) });
  expect(sensor.read()).toEqual({ usedBytes: 0, limitBytes: 100 });
});

test('[S8] A process that was moved is found in its new group, and a group without limit is none', () => {
  const { sensor, write, errors } = open({
    [membership]: '0::/a\n',
    [mounts]: mountinfo.v2,
    ...groupV2('a', 90, 0, 100),
    ...groupV2('b/c', 20, 0, 50),
  });
  expect(sensor.read()).toEqual({ usedBytes: 90, limitBytes: 100 });
  write({ [membership]: '0::/b/c\n' });
  expect(sensor.read()).toEqual({ usedBytes: 20, limitBytes: 50 });
  write({ [membership]: '0::/nowhere\n' });
  expect(sensor.read()).toBe(null);
  write({ [membership]: '0::/a\n' });
  expect(sensor.read()).toEqual({ usedBytes: 90, limitBytes: 100 });
  expect(errors).toEqual([]);
});

test('[S9] Pressure stall information is the own group’s, else the machine’s, else unknown', () => {
  const psi = (some: string) =>
    `some avg10=${some} avg60=0.30 avg300=0.00 total=3\nfull avg10=1.50 avg60=0 avg300=0 total=1\n`;
  const files = { [membership]: '0::/a\n', [mounts]: mountinfo.v2, ...groupV2('a', 1, 0, 'max\n') };
  const machine = { 'proc/pressure/memory': psi('2.00') };
  expect(open(files).sensor.readPressureStall()).toBe(null);
  expect(open({ ...files, ...machine }).sensor.readPressureStall()).toEqual({ some: 0.02, full: 0.015 });
  const own = open({ ...files, ...machine, 'sys/fs/cgroup/a/memory.pressure': psi('50.00') });
  expect(own.sensor.readPressureStall()).toEqual({ some: 0.5, full: 0.015 });
  own.write({ 'sys/fs/cgroup/a/memory.pressure': 'nonsense' });
  expect(own.sensor.readPressureStall()).toBe(null);
});
