import { crc32 } from 'node:zlib';
import { memorySignalNames } from '@hansard/protocol';

/** One step of the course of memory: the highest of what was seen in it. */
export interface MemoryPoint {
  /** Milliseconds since 1970, divided by the step's length. */
  readonly step: number;
  /** The worst, as a place in `memoryLevels`. */
  level: number;
  activeMeetings: number;
  /** By place in `memorySignalNames`; null where the signal was off. */
  readonly signals: ({ ratio: number; usedBytes: number } | null)[];
}

/** A point on disk, in bytes: step, check sum, meetings, level and three spare, and for each signal its ratio and its use. */
export const pointBytes = 16 + 6 * memorySignalNames.length;

const noRatio = 0xffff;
const ratioUnit = 1e-4;
const usedUnit = 1024;

export const emptyPoint = (step: number): MemoryPoint => ({
  step,
  level: 0,
  activeMeetings: 0,
  signals: memorySignalNames.map(() => null),
});

/** Raises `into` to what is higher in `from`. */
export function raise(into: MemoryPoint, from: Omit<MemoryPoint, 'step'>): void {
  into.level = Math.max(into.level, from.level);
  into.activeMeetings = Math.max(into.activeMeetings, from.activeMeetings);
  for (const [place, signal] of from.signals.entries()) {
    if (!signal) continue;
    const known = into.signals[place];
    if (!known) {
      into.signals[place] = { ...signal };
      continue;
    }
    known.ratio = Math.max(known.ratio, signal.ratio);
    known.usedBytes = Math.max(known.usedBytes, signal.usedBytes);
  }
}

export function encodePoint({ step, level, activeMeetings, signals }: MemoryPoint): Buffer {
  const record = Buffer.alloc(pointBytes);
  record.writeUInt32LE(step, 0);
  record.writeUInt32LE(activeMeetings, 8);
  record.writeUInt8(level, 12);
  for (const [place, signal] of signals.entries()) {
    const at = 16 + 6 * place;
    const ratio = signal ? Math.min(noRatio - 1, Math.round(signal.ratio / ratioUnit)) : noRatio;
    record.writeUInt16LE(ratio, at);
    record.writeUInt32LE(signal ? Math.min(0xffffffff, Math.round(signal.usedBytes / usedUnit)) : 0, at + 2);
  }
  record.writeUInt32LE(sumOf(record), 4);
  return record;
}

/** Null for what is no point: never written, torn, or garbage. */
export function decodePoint(record: Buffer): MemoryPoint | null {
  if (record.length < pointBytes || record.readUInt32LE(4) !== sumOf(record)) return null;
  return {
    step: record.readUInt32LE(0),
    activeMeetings: record.readUInt32LE(8),
    level: record.readUInt8(12),
    signals: memorySignalNames.map((_, place) => {
      const at = 16 + 6 * place;
      const ratio = record.readUInt16LE(at);
      if (ratio === noRatio) return null;
      return { ratio: Math.round(ratio) / 1e4, usedBytes: record.readUInt32LE(at + 2) * usedUnit };
    }),
  };
}

/** Of all but itself; begun at 1, so that a record of zeros is none. */
const sumOf = (record: Buffer): number => crc32(record.subarray(8, pointBytes), crc32(record.subarray(0, 4), 1));
