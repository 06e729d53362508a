import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGroups } from '../sensors/cgroup/find-groups.ts';
import { openGroup } from '../sensors/cgroup/group.ts';

/**
 * The smallest limit of this process's group and all above it, in bytes; null where there is none. A signal reads the fullest
 * one instead, which may be another: a heap has to fit into the smallest. `root` is where `/proc` and `/sys` are looked for.
 */
export function containerLimitBytes(root = '/'): number | null {
  const ignore = () => undefined;
  const paths = findGroups(root, readMembership(root));
  const limits = (paths?.directories ?? []).flatMap((directory, index, { length }) => {
    const group = openGroup(paths!.version, directory, index === length - 1, ignore);
    try {
      return group?.read()?.limitBytes ?? [];
    } catch {
      return [];
    } finally {
      group?.close();
    }
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

function readMembership(root: string): string {
  try {
    return readFileSync(join(root, 'proc/self/cgroup'), 'utf8');
  } catch {
    return '';
  }
}
