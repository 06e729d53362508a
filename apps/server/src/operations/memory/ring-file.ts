import { open, type FileHandle } from 'node:fs/promises';
import type { Logger } from 'pino';
import { decodePoint, encodePoint, pointBytes, type MemoryPoint } from './point.ts';

export interface RingFileOptions {
  path: string;
  stepMs: number;
  /** Steps that are kept; the file has this many places, and never grows beyond. */
  slots: number;
  log: Pick<Logger, 'warn'>;
}

export type RingFile = Awaited<ReturnType<typeof openRingFile>>;

const headerBytes = 32;

/**
 * Points in a file of fixed size, each at the place of its step and over the one that was there a round before. A point that
 * can't be read (torn by a crash, damaged) is none; a file of another form is begun anew. What fails is logged and not
 * thrown: the course of memory isn't worth more than the service.
 */
export async function openRingFile({ path, stepMs, slots, log }: RingFileOptions) {
  let failing = false;
  const tell = (error: unknown): void => {
    if (!failing) log.warn({ err: error }, 'the course of memory is not kept');
    failing = true;
  };
  const file = await openFile(path, headerOf(stepMs, slots)).catch((error: unknown) => {
    tell(error);
    return null;
  });
  /** Writes go one after the other, and reads after those that were asked for before. */
  let settled: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (opened: FileHandle) => Promise<T>): Promise<T | null> => {
    if (!file) return Promise.resolve(null);
    const done = settled.then(() => work(file)).catch((error: unknown) => (tell(error), null));
    settled = done;
    return done;
  };

  return {
    /** Points of neighbouring steps go in one write. */
    write(points: readonly MemoryPoint[]): Promise<unknown> {
      return inTurn(async (opened) => {
        for (const run of runsOf(points, slots)) {
          const bytes = Buffer.concat(run.map(encodePoint));
          await opened.write(bytes, 0, bytes.length, headerBytes + (run[0]!.step % slots) * pointBytes);
        }
        failing = false;
      });
    },

    /** The points of these steps that there are, both ends included; at most one round of them. */
    async read(fromStep: number, toStep: number): Promise<MemoryPoint[]> {
      const bytes = await inTurn(async (opened) => {
        const all = Buffer.alloc(slots * pointBytes);
        const { bytesRead } = await opened.read(all, 0, all.length, headerBytes);
        return all.subarray(0, bytesRead);
      });
      const points: MemoryPoint[] = [];
      if (!bytes) return points;
      for (let step = Math.max(fromStep, toStep - slots + 1); step <= toStep; step += 1) {
        const at = (step % slots) * pointBytes;
        const point = decodePoint(bytes.subarray(at, at + pointBytes));
        if (point?.step === step) points.push(point);
      }
      return points;
    },

    async close(): Promise<void> {
      await settled;
      await file?.close();
    },
  };
}

/** Opened as it is where it has our header, else emptied. */
async function openFile(path: string, header: Buffer): Promise<FileHandle> {
  const file = await open(path, 'r+').catch(() => open(path, 'w+'));
  const found = Buffer.alloc(headerBytes);
  await file.read(found, 0, headerBytes, 0);
  if (!found.equals(header)) {
    await file.truncate(0);
    await file.write(header, 0, headerBytes, 0);
  }
  return file;
}

function headerOf(stepMs: number, slots: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('hansard memory 1');
  header.writeUInt32LE(stepMs, 20);
  header.writeUInt32LE(slots, 24);
  header.writeUInt32LE(pointBytes, 28);
  return header;
}

/** Points that lie side by side in the file. */
function runsOf(points: readonly MemoryPoint[], slots: number): MemoryPoint[][] {
  const runs: MemoryPoint[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const isNext = run?.at(-1)?.step === point.step - 1 && point.step % slots !== 0;
    if (run && isNext) run.push(point);
    else runs.push([point]);
  }
  return runs;
}
