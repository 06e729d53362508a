import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A limit on the memory of the processes in it, kept by the kernel: what goes beyond is killed. Nothing is swapped out. */
export interface MemoryContainer {
  readonly version: 1 | 2;
  /** To be put before a program and its arguments, which then run in it. */
  readonly launcher: readonly string[];
  read(): ContainerReading;
  /** Once all that ran in it has ended. */
  remove(): void;
}

export interface ContainerReading {
  usageBytes: number;
  /** Without file pages that nobody used lately: those go when there is need. */
  workingSetBytes: number;
  /** How often the limit was reached; most times, file pages made room. */
  limitHits: number;
  /** Processes that the kernel killed since there was no room to be made. */
  kills: number;
}

interface Hierarchy {
  version: 1 | 2;
  root: string;
}

interface Files {
  usage: string;
  hits: [file: string, key: RegExp];
  kills: [file: string, key: RegExp];
  inactive: RegExp;
}

const files: Record<1 | 2, Files> = {
  1: {
    usage: 'memory.usage_in_bytes',
    hits: ['memory.failcnt', /(\d+)/],
    kills: ['memory.oom_control', /^oom_kill (\d+)/m],
    inactive: /^total_inactive_file (\d+)/m,
  },
  2: {
    usage: 'memory.current',
    hits: ['memory.events', /^max (\d+)/m],
    kills: ['memory.events', /^oom_kill (\d+)/m],
    inactive: /^inactive_file (\d+)/m,
  },
};

/** Throws an Error that says why where none can be made: it takes root, and a hierarchy that can be written. */
export function makeContainer(name: string, limitBytes: number): MemoryContainer {
  const { version, root } = findHierarchy();
  const dir = join(root, name);
  const read = (file: string) => readFileSync(join(dir, file), 'utf8');
  const write = (file: string, value: string | number) => writeFileSync(join(dir, file), String(value));
  const number = ([file, key]: [string, RegExp]) => Number(key.exec(read(file))?.[1] ?? 0);
  try {
    // Refused where processes live beside the new group, and needless where it was done before.
    if (version === 2) attempt(() => writeFileSync(join(root, 'cgroup.subtree_control'), '+memory'));
    mkdirSync(dir, { recursive: true });
    if (version === 1) {
      write('memory.limit_in_bytes', limitBytes);
      // The first is not there where swap isn't counted.
      attempt(() => write('memory.memsw.limit_in_bytes', limitBytes));
      attempt(() => write('memory.swappiness', 0));
    } else {
      write('memory.max', limitBytes);
      attempt(() => write('memory.swap.max', 0));
    }
  } catch (error) {
    throw new Error(`No container could be made in ${root} (cgroup v${version}): ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { usage, hits, kills, inactive } = files[version];
  return {
    version,
    launcher: ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', join(dir, 'cgroup.procs')],
    read() {
      const usageBytes = Number(read(usage));
      const workingSetBytes = Math.max(0, usageBytes - number(['memory.stat', inactive]));
      return { usageBytes, workingSetBytes, limitHits: number(hits), kills: number(kills) };
    },
    remove: () => attempt(() => rmdirSync(dir)),
  };
}

function findHierarchy(): Hierarchy {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const v1 = mounts.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes('memory'));
  if (v1) return { version: 1, root: v1[1]! };
  const v2 = mounts.find(([, path, type]) => type === 'cgroup2' && controllersOf(path!).includes('memory'));
  if (v2) return { version: 2, root: v2[1]! };
  throw new Error('No container could be made: no cgroup hierarchy with the memory controller is mounted.');
}

function controllersOf(path: string): string[] {
  return readFileSync(join(path, 'cgroup.controllers'), 'utf8').trim().split(' ');
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Whoever calls can do without.
  }
}
