import type { JournalFile, JournalIo } from './io.ts';

const sectorBytes = 512;

interface SimulatedFile {
  /** What a reader sees. */
  cached: Buffer;
  /** What power loss leaves. */
  durable: Buffer;
  /** Sectors that differ, or may. */
  dirty: Set<number>;
}

/** What becomes of a sector, or a folder's entry, that was not synced. */
export type Fate = 'lost' | 'kept' | 'garbage';

export interface SimulatedDisk {
  io: JournalIo;
  /** The process is gone: whatever it still calls never returns. The page cache stays. */
  kill(): void;
  /** As `kill`, and each sector and entry that was not synced meets its fate. */
  losePower(fate: () => Fate): void;
  /** What goes wrong from now on. */
  faults: {
    /** Code of the error that the next writes or syncs fail with; one each. */
    writes: string[];
    syncs: string[];
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
  const faults = { writes: [] as string[], syncs: [] as string[], maxWriteBytes: Infinity, capacityBytes: Infinity };
  const counts = { writes: 0, syncs: 0 };

  /** Takes a turn of the loop, as a disk would; never returns to a process that has been killed meanwhile. */
  const turn = async (): Promise<void> => {
    const mine = life;
    await new Promise((resolve) => setImmediate(resolve));
    if (life !== mine) await new Promise(() => {});
  };

  const usedBytes = (): number => [...entries.values()].reduce((sum, { cached }) => sum + cached.length, 0);

  const openFile = (file: SimulatedFile): JournalFile => ({
    size: async () => file.cached.length,
    async read(into, position) {
      await turn();
      return file.cached.copy(into, 0, position, position + into.length);
    },
    async writev(buffers, position) {
      await turn();
      counts.writes += 1;
      const failure = faults.writes.shift();
      if (failure) throw diskError(failure);
      let bytes = Buffer.concat(buffers);
      bytes = bytes.subarray(0, Math.min(bytes.length, faults.maxWriteBytes));
      const growth = Math.max(0, position + bytes.length - file.cached.length);
      if (growth > 0 && usedBytes() + growth > faults.capacityBytes) throw diskError('ENOSPC');
      if (growth > 0) file.cached = Buffer.concat([file.cached, Buffer.alloc(growth)]);
      bytes.copy(file.cached, position);
      const last = Math.floor((position + bytes.length - 1) / sectorBytes);
      for (let sector = Math.floor(position / sectorBytes); sector <= last; sector += 1) file.dirty.add(sector);
      return bytes.length;
    },
    async datasync() {
      const syncing = [...file.dirty];
      await turn();
      counts.syncs += 1;
      for (const sector of syncing) file.dirty.delete(sector);
      const failure = faults.syncs.shift();
      // As Linux does: the pages count as clean from now on, and are not on the disk.
      if (failure) throw diskError(failure);
      for (const sector of syncing) copySector(file, sector);
    },
    close: async () => {},
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
    losePower(fate) {
      life += 1;
      const names = new Set([...entries.keys(), ...durableEntries.keys()]);
      const left = [...names].map((name) => [name, (fate() === 'kept' ? entries : durableEntries).get(name)] as const);
      entries = new Map(left.filter((entry): entry is [string, SimulatedFile] => entry[1] !== undefined));
      durableEntries = new Map(entries);
      for (const file of entries.values()) {
        for (const sector of file.dirty) {
          const met = fate();
          if (met === 'garbage') file.cached.fill(0xa5, sector * sectorBytes, (sector + 1) * sectorBytes);
          if (met !== 'lost') copySector(file, sector);
        }
        file.dirty.clear();
        file.cached = Buffer.from(file.durable);
      }
    },
    io: {
      makeDir: async () => {},
      list: async (dir) => [...entries.keys()].map((path) => path.slice(dir.length + 1)),
      async open(path) {
        await turn();
        const file = entries.get(path) ?? { cached: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: new Set() };
        entries.set(path, file);
        return openFile(file);
      },
      async rename(from, to) {
        await turn();
        const file = entries.get(from);
        if (!file) throw diskError('ENOENT');
        entries.delete(from);
        entries.set(to, file);
      },
      async remove(path) {
        await turn();
        entries.delete(path);
      },
      async syncDir() {
        await turn();
        durableEntries = new Map(entries);
      },
      freeBytes: async () => Infinity,
    },
  };
}

function copySector(file: SimulatedFile, sector: number): void {
  const start = sector * sectorBytes;
  const end = Math.min(start + sectorBytes, file.cached.length);
  if (file.durable.length < end) file.durable = Buffer.concat([file.durable, Buffer.alloc(end - file.durable.length)]);
  file.cached.copy(file.durable, start, start, end);
}

function diskError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
