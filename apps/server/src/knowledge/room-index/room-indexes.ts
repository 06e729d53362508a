import { randomInt } from 'node:crypto';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { checkShape } from './check-passages.ts';
import type { RoomShape } from './contract.ts';
import { readRoom, readRoomFooter } from './room-file.ts';
import { createRoomIndex, type RoomIndex } from './room-index.ts';
import { createRotation, type Rotation } from './rotation.ts';
import { openSegment, type Segment } from './segment.ts';
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
  /**
   * Opens a room that has no file here: what `pack` gave elsewhere. It is searched and never changed; its order is that of the
   * packed vectors. Rejects with `STORAGE_FAILED` where the bytes are damaged.
   */
  unpack(packed: Uint8Array<ArrayBuffer>): RoomIndex;
  /** The bytes of a room's file that it has in memory when it is open. Rejects as `open` does. */
  pack(path: string, savedBytes: number): Promise<Uint8Array>;
  /** What opening a room would take, without doing it. */
  project(path: string): Promise<{ savedBytes: number; passages: number; shape: RoomShape }>;
}

/** The one seed of all rooms made; files keep theirs, so it may change. */
const seed = 0x48616e73;
/** Rotations kept, of about 20 bytes a dimension: one for each model in use. */
const maxRotations = 8;
/** Where no file can be read or written. */
const nowhere = join(devNull, 'room');

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
  const opened = (path: string, packed: Segment): RoomIndex => {
    const { dims, bits, seed, lineage } = packed.footer;
    const shape = { dims, bits, seed, lineage };
    return createRoomIndex({ path, shape, packed, rotation: rotationOf(dims, seed), scan, drawLineage });
  };
  return {
    create(path, { dims, bits }) {
      checkShape({ dims, bits });
      const shape = { dims, bits, seed, lineage: drawLineage() };
      return createRoomIndex({ path, shape, packed: null, rotation: rotationOf(dims, seed), scan, drawLineage });
    },
    open: async (path, savedBytes) => opened(path, await readRoom(path, savedBytes)),
    unpack: (packed) => opened(nowhere, openSegment(packed)),
    pack: async (path, savedBytes) => (await readRoom(path, savedBytes)).packed,
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
