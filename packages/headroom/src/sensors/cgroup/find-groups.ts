import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a process's memory is accounted, from its own group up to the uppermost that can be seen. */
export interface GroupPaths {
  readonly version: 1 | 2;
  /** Innermost first. Some may not exist. */
  readonly directories: readonly string[];
}

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The group trees nest a few deep; more than this is nonsense, or a loop. */
const maxDepth = 64;

/**
 * From the text of `/proc/self/cgroup` and `/proc/self/mountinfo`, both under `root`. Where memory is under version 1 (in
 * a hybrid tree, too), it is not under version 2: it can be in one tree only. Null where there are no groups.
 */
export function findGroups(root: string, membership: string): GroupPaths | null {
  const own = parseMembership(membership);
  if (own === null) return null;
  const mounts = readMounts(root).filter(({ type, options }) =>
    own.version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.includes('memory'),
  );
  // One tree can be mounted several times, parts of it elsewhere: the one that shows the group itself is best.
  const mount = mounts.find((mount) => within(mount.root, own.path) !== null) ?? mounts[0] ?? usualMount(own.version);
  const top = join(root, mount.point);
  const parts = (within(mount.root, own.path) ?? '').split('/').filter(Boolean).slice(0, maxDepth);
  const directories = parts.map((_, index) => join(top, ...parts.slice(0, parts.length - index)));
  return { version: own.version, directories: [...directories, top] };
}

/** Lines are `id:controllers:path`; version 2 has the id 0 and no controllers. */
function parseMembership(text: string): { version: 1 | 2; path: string } | null {
  let unified: string | null = null;
  for (const line of text.split('\n')) {
    const [, id, controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers.split(',').includes('memory')) return { version: 1, path };
    if (id === '0' && controllers === '') unified = path;
  }
  return unified === null ? null : { version: 2, path: unified };
}

/** `path` as seen from a mount of `mountRoot`; null where the mount doesn't show it (then its top is all there is to see). */
function within(mountRoot: string, path: string): string | null {
  if (path.split('/').includes('..')) return null;
  const prefix = mountRoot === '/' ? '' : mountRoot;
  return path === mountRoot || path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}

function usualMount(version: 1 | 2): Pick<Mount, 'root' | 'point'> {
  return { root: '/', point: version === 2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory' };
}

function readMounts(root: string): Mount[] {
  let text: string;
  try {
    text = readFileSync(join(root, 'proc/self/mountinfo'), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , , mountRoot, point] = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    if (mountRoot === undefined || point === undefined) return [];
    return [{ root: unescape(mountRoot), point: unescape(point), type, options: options.split(',') }];
  });
}

/** Blanks in paths are written in octal. */
const unescape = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
