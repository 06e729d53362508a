import type { JournalFile, JournalIo } from './io.ts';

const sectorBytes = 512;

interface SimulatedFile {
  /** What a reader sees. */
  cached: Buffer;
  /** What power loss leaves. */
  durable: Buffer;
  /** Sectors that differ, or may. */
  dirty: Set<number>;
  /** A sync of it has failed since it was opened. */
  broken: boolean;
}

/** What becomes of a sector, or a folder's entry, that was not synced. */
export type Fate = 'lost' | 'kept' | 'garbage';

export interface SimulatedDisk {
  /** As a process has it that starts now. */
  readonly io: JournalIo;
  /** The process is gone: whatever it still calls never returns. The page cache stays. */
  kill(): void;
  /** The page cache lets go of sectors that count as clean: they read as what the disk has. */
  evict(isEvicted: () => boolean): void;
  /** As `kill`, and each sector and entry that was not synced meets its fate. */
  losePower(fate: () => Fate): void;
  /** What goes wrong from now on. */
  faults: {
    /** Code of the error that the next writes or syncs fail with; one each. */
    writes: string[];
    syncs: string[];
    /** Whether a sector of a sync that failed is on the disk nevertheless. */
    keptByFailedSync: () => boolean;
    /** Whether a file that could not be synced can't be written any more either, by the same process. */
    failedStaysBroken: boolean;
    /** The most that one write takes. */
    maxWriteBytes: number;
    /** Of all files; growing beyond is ENOSPC. */
    capacityBytes: number;
  };
  files: ReadonlyMap<string, SimulatedFile>;
  counts: { writes: number; syncs: number };
}

/** A disk in memory with a page cache, for crashes that a real one can't be made to have. */
export function createSimulatedDisk(): SimulatedDisk {
  /** Entries as a process sees them, and as they are after power loss. */
  let entries = new Map<string, SimulatedFile>();
  let durableEntries = new Map<string, SimulatedFile>();
  let life = 0;
  const faults: SimulatedDisk['faults'] = {
    writes: [],
    syncs: [],
    keptByFailedSync: () => false,
    failedStaysBroken: false,
    maxWriteBytes: Infinity,
    capacityBytes: Infinity,
  };
  const counts = { writes: 0, syncs: 0 };

  /** Does it in a turn of the loop of its own, as a disk would; for a process that was killed meanwhile, never. */
  const inTurn = <T>(born: number, work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        if (life !== born) return;
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });

  const usedBytes = (): number => [...entries.values()].reduce((sum, { cached }) => sum + cached.length, 0);

  const write = (file: SimulatedFile, buffers: readonly Uint8Array[], position: number): number => {
    counts.writes += 1;
    const failure = file.broken && faults.failedStaysBroken ? 'EIO' : faults.writes.shift();
    if (failure) throw diskError(failure);
    const all = Buffer.concat(buffers);
    const bytes = all.subarray(0, Math.min(all.length, faults.maxWriteBytes));
    const growth = Math.max(0, position + bytes.length - file.cached.length);
    if (growth > 0 && usedBytes() + growth > faults.capacityBytes) throw diskError('ENOSPC');
    if (growth > 0) file.cached = Buffer.concat([file.cached, Buffer.alloc(growth)]);
    bytes.copy(file.cached, position);
    const last = Math.floor((position + bytes.length - 1) / sectorBytes);
    for (let sector = Math.floor(position / sectorBytes); sector <= last; sector += 1) file.dirty.add(sector);
    return bytes.length;
  };

  const sync = (file: SimulatedFile, sectors: readonly number[]): void => {
    counts.syncs += 1;
    for (const sector of sectors) file.dirty.delete(sector);
    const failure = faults.syncs.shift();
    // As Linux does: after a failure too, the pages count as clean from now on.
    for (const sector of sectors) if (!failure || faults.keptByFailedSync()) copySector(file, sector);
    if (!failure) return;
    file.broken = true;
    throw diskError(failure);
  };

  const openFile = (file: SimulatedFile, born: number): JournalFile => ({
    size: async () => file.cached.length,
    read: (into, position) => inTurn(born, () => file.cached.copy(into, 0, position, position + into.length)),
    writev: (buffers, position) => inTurn(born, () => write(file, buffers, position)),
    datasync() {
      const dirty = [...file.dirty];
      return inTurn(born, () => sync(file, dirty));
    },
    close: async () => {},
  });

  const ioOf = (born: number): JournalIo => ({
    makeDir: async () => {},
    list: async (dir) => [...entries.keys()].map((path) => path.slice(dir.length + 1)),
    open: (path) =>
      inTurn(born, () => {
        const file = entries.get(path) ?? {
          cached: Buffer.alloc(0),
          durable: Buffer.alloc(0),
          dirty: new Set(),
          broken: false,
        };
        file.broken = false;
        entries.set(path, file);
        return openFile(file, born);
      }),
    rename: (from, to) =>
      inTurn(born, () => {
        const file = entries.get(from);
        if (!file) throw diskError('ENOENT');
        entries.delete(from);
        entries.set(to, file);
      }),
    remove: (path) => inTurn(born, () => void entries.delete(path)),
    syncDir: () =>
      inTurn(born, () => {
        durableEntries = new Map(entries);
      }),
    freeBytes: async () => Infinity,
  });

  return {
    faults,
    counts,
    get files() {
      return entries;
    },
    kill() {
      life += 1;
    },
    evict(isEvicted) {
      for (const file of entries.values()) {
        for (let sector = 0; sector * sectorBytes < file.durable.length; sector += 1) {
          if (!file.dirty.has(sector) && isEvicted())
            file.durable.copy(file.cached, sector * sectorBytes, sector * sectorBytes, (sector + 1) * sectorBytes);
        }
      }
    },
    losePower(fate) {
      life += 1;
      const names = new Set([...entries.keys(), ...durableEntries.keys()]);
      const left = [...names].map((name) => [name, (fate() === 'kept' ? entries : durableEntries).get(name)] as const);
      entries = new Map(left.filter((entry): entry is [string, SimulatedFile] => entry[1] !== undefined));
      durableEntries = new Map(entries);
      for (const file of entries.values()) {
        for (const sector of file.dirty) {
          const met = fate();
          if (met === 'garbage') sectorOf(file, sector).fill(0xa5);
          if (met !== 'lost') copySector(file, sector);
        }
        file.dirty.clear();
        file.cached = Buffer.from(file.durable);
      }
    },
    get io() {
      return ioOf(life);
    },
  };
}

function copySector(file: SimulatedFile, sector: number): void {
  const missing = file.cached.length - file.durable.length;
  if (missing > 0) file.durable = Buffer.concat([file.durable, Buffer.alloc(missing)]);
  file.cached.copy(file.durable, sector * sectorBytes, sector * sectorBytes, (sector + 1) * sectorBytes);
}

function sectorOf({ cached }: SimulatedFile, sector: number): Buffer {
  return cached.subarray(sector * sectorBytes, (sector + 1) * sectorBytes);
}

function diskError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
