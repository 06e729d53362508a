import { join } from 'node:path';
import type { Reading } from '../../contracts.ts';
import { keepIfThere, type KeptFile } from '../kept-file.ts';

/** One group of the tree, its files kept open. */
export interface Group {
  /** Use and limit now; null where it has no limit. Throws where its files are gone or hold nonsense. */
  read(): Reading | null;
  close(): void;
}

const names = {
  1: {
    usage: 'memory.usage_in_bytes',
    limit: 'memory.limit_in_bytes',
    inactive: 'total_inactive_file',
    active: 'total_active_file',
    mapped: 'total_mapped_file',
  },
  2: {
    usage: 'memory.current',
    limit: 'memory.max',
    inactive: 'inactive_file',
    active: 'active_file',
    mapped: 'file_mapped',
  },
} as const;

/** No machine has so much; version 1 writes its largest number of pages for "no limit", which depends on the page. */
const unlimitedBytes = Number.MAX_SAFE_INTEGER;

const maxStatBytes = 16 * 1024;

/** Null where `directory` has no memory files, or they can't be opened (told to `onError` if they are there). */
export function openGroup(
  version: 1 | 2,
  directory: string,
  isTop: boolean,
  onError: (error: Error) => void,
): Group | null {
  const { usage: usageName, limit: limitName, ...fields } = names[version];
  const usage = keepIfThere(join(directory, usageName), onError, 64);
  const limit = keepIfThere(join(directory, limitName), onError, 64);
  const stat = keepIfThere(join(directory, 'memory.stat'), onError, maxStatBytes);
  const close = () => [usage, limit, stat].forEach((file) => file?.close());
  // Without memory.stat the page cache can't be told from what is in use: better no signal than a false one.
  if (usage === null || limit === null || stat === null) {
    close();
    return null;
  }
  const hiddenLimitBytes = version === 1 && isTop ? readHiddenLimit(stat, limit) : Infinity;

  return {
    read() {
      const limitBytes = Math.min(parseLimit(limit.text(), limitName), hiddenLimitBytes);
      if (limitBytes === Infinity) return null;
      // The two are read one after the other: what has become cache in between is no negative use.
      const usedBytes = Math.max(0, parseBytes(usage.text(), usageName) - reclaimable(stat.text(), fields));
      return { usedBytes, limitBytes };
    },
    close,
  };
}

/**
 * File pages that the kernel drops before it kills: inactive ones, and those active ones that nobody has mapped. What a
 * database reads again and again becomes active, and would look like use for good; mapped pages are code that runs.
 */
function reclaimable(
  stat: string,
  { inactive, active, mapped }: Record<'inactive' | 'active' | 'mapped', string>,
): number {
  const inactiveBytes = statField(stat, inactive);
  if (inactiveBytes === null) throw new Error(`memory.stat holds no ${inactive}`);
  const activeBytes = statField(stat, active) ?? 0;
  return inactiveBytes + Math.max(0, activeBytes - (statField(stat, mapped) ?? 0));
}

/**
 * In version 1 a container sees no group above its own, yet the tightest limit of those is in its `memory.stat`. Only
 * where it isn't its own limit, which is read each time.
 */
function readHiddenLimit(stat: KeptFile, limit: KeptFile): number {
  try {
    const hiddenBytes = statField(stat.text(), 'hierarchical_memory_limit') ?? Infinity;
    const isAbove = hiddenBytes < parseLimit(limit.text(), 'memory.limit_in_bytes');
    return isAbove && hiddenBytes > 0 && hiddenBytes <= unlimitedBytes ? hiddenBytes : Infinity;
  } catch {
    return Infinity;
  }
}

/** Infinity where there is none. */
function parseLimit(text: string, name: string): number {
  if (text.trim() === 'max') return Infinity;
  const bytes = parseBytes(text, name);
  if (bytes === 0) throw new Error(`${name} allows nothing`);
  return bytes > unlimitedBytes ? Infinity : bytes;
}

function parseBytes(text: string, name: string): number {
  const digits = text.trim();
  if (!/^\d+$/.test(digits)) throw new Error(`${name} holds no number: ${JSON.stringify(digits.slice(0, 40))}`);
  return Number(digits);
}

/** The number after `name` at the beginning of a line; null where there is no such line. */
function statField(text: string, name: string): number | null {
  const line = `\n${text}`;
  const at = line.indexOf(`\n${name} `);
  const bytes = at < 0 ? Number.NaN : Number.parseInt(line.slice(at + name.length + 2, at + name.length + 24), 10);
  return bytes >= 0 ? bytes : null;
}
