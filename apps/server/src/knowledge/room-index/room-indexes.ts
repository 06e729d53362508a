import { randomInt } from 'node:crypto';
import { checkShape } from './check-passages.ts';
import type { RoomShape } from './contract.ts';
import { readRoom, readRoomFooter } from './room-file.ts';
import { createRoomIndex, type RoomIndex } from './room-index.ts';
import { createRotation, type Rotation } from './rotation.ts';
import { createWasmScan, scanPlainly, type Scan } from './scan.ts';

/** Makes and opens rooms. They share the scan's memory and the rotations, so a room holds little more than its bytes. */
export interface RoomIndexes {
  /** An empty room, whose file will be at `path`; nothing is written before it is saved. */
  create(path: string, shape: RoomShape): RoomIndex;
  /**
   * Opens a room with one read, of as many bytes as its `savedBytes` were (`project` tells them, with another read).
   * Rejects with `NOT_FOUND`, `STORAGE_FAILED` where the file is damaged or can't be read.
   */
  open(path: string, savedBytes: number): Promise<RoomIndex>;
  /** What opening a room would take, without doing it. */
  project(path: string): Promise<{ savedBytes: number; passages: number; shape: RoomShape }>;
}

/** The one seed of all rooms made; files keep theirs, so it may change. */
const seed = 0x48616e73;
/** Rotations kept, of about 20 bytes a dimension: one for each model in use. */
const maxRotations = 8;

export function createRoomIndexes({ scan = fastestScan() }: { scan?: Scan } = {}): RoomIndexes {
  const rotations = new Map<string, Rotation>();
  const rotationOf = (dims: number, seed: number): Rotation | null => {
    if (dims === 0) return null;
    const key = `${dims} ${seed}`;
    const rotation = rotations.get(key) ?? createRotation(dims, seed);
    if (rotations.size >= maxRotations) rotations.clear();
    rotations.set(key, rotation);
    return rotation;
  };
  const drawLineage = () => randomInt(2 ** 32);
  return {
    create(path, { dims, bits }) {
      checkShape({ dims, bits });
      const shape = { dims, bits, seed, lineage: drawLineage() };
      return createRoomIndex({ path, shape, packed: null, rotation: rotationOf(dims, seed), scan, drawLineage });
    },
    async open(path, savedBytes) {
      const packed = await readRoom(path, savedBytes);
      const { dims, bits, seed, lineage } = packed.footer;
      const shape = { dims, bits, seed, lineage };
      return createRoomIndex({ path, shape, packed, rotation: rotationOf(dims, seed), scan, drawLineage });
    },
    async project(path) {
      const { packedBytes, count, dims, bits } = await readRoomFooter(path);
      return { savedBytes: packedBytes, passages: count, shape: { dims, bits } };
    },
  };
}

function fastestScan(): Scan {
  try {
    return createWasmScan();
  } catch {
    return scanPlainly;
  }
}
