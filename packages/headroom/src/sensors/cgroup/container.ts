import { join } from 'node:path';
import type { Gauges, Reading } from '../../contracts.ts';
import { keepIfThere, type KeptFile } from '../kept-file.ts';
import { parsePressureStall } from '../pressure-stall.ts';
import { findGroups } from './find-groups.ts';
import { openGroup, type Group } from './group.ts';

export interface ContainerSensor {
  /** Of the process's group and all above it, the one with the highest ratio; null where none has a limit. */
  read(): Reading | null;
  /** Of the process's group where it tells, else of the machine. */
  readPressureStall(): Gauges['psi'];
  close(): void;
}

/** What is open of the tree, for one place of the process in it. */
interface Place {
  readonly groups: readonly Group[];
  readonly pressureStall: KeptFile | null;
}

/** A line for each of a dozen trees, with a path each. */
const maxMembershipBytes = 16 * 1024;

const nowhere: Place = { groups: [], pressureStall: null };

/** `onError` is told of each group that can't be read; it is left out, and the others count. */
export function createContainerSensor(root: string, onError: (error: Error) => void): ContainerSensor {
  const membership = keepIfThere(join(root, 'proc/self/cgroup'), onError, maxMembershipBytes);
  let known = '';
  let place = nowhere;

  function close() {
    for (const group of place.groups) group.close();
    place.pressureStall?.close();
    place = nowhere;
  }

  function settle(text: string) {
    close();
    known = text;
    const found = findGroups(root, text);
    const directories = found?.directories ?? [];
    const groups = directories.map((directory, index) =>
      openGroup(found!.version, directory, index === directories.length - 1, onError),
    );
    const own = directories[0];
    place = {
      groups: groups.filter((group) => group !== null),
      pressureStall:
        (own === undefined ? null : keepIfThere(join(own, 'memory.pressure'), onError)) ??
        keepIfThere(join(root, 'proc/pressure/memory'), onError),
    };
  }

  /** Null where a group was removed under our hands, so that the place has to be found anew. */
  function readTightest(): Reading | null | 'removed' {
    let tightest: Reading | null = null;
    for (const group of place.groups) {
      try {
        const reading = group.read();
        if (reading !== null && ratio(reading) > ratio(tightest)) tightest = reading;
      } catch (error) {
        if (['ENODEV', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'removed';
        onError(error as Error);
      }
    }
    return tightest;
  }

  settle(membership?.text() ?? '');

  return {
    read() {
      if (membership === null) return null;
      const text = membership.text();
      if (text !== known) settle(text);
      let reading = readTightest();
      if (reading === 'removed') {
        settle(text);
        reading = readTightest();
      }
      return reading === 'removed' ? null : reading;
    },
    readPressureStall() {
      return place.pressureStall === null ? null : parsePressureStall(place.pressureStall.text());
    },
    close() {
      close();
      membership?.close();
    },
  };
}

const ratio = (reading: Reading | null): number => (reading === null ? -1 : reading.usedBytes / reading.limitBytes);
