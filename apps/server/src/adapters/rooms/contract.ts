/** A server process that shares rooms with others. */
export interface Instance {
  /** Drawn when the process starts: one that was started again is another instance. */
  id: string;
  /** Where the others reach it, as `http://127.0.0.1:4700`. */
  url: string;
}

/** Who answers for a room, for as long as it is renewed. */
export interface RoomLease {
  roomId: string;
  owner: Instance;
  /** The fencing token: greater than that of any lease of the room before, also where the store was emptied meanwhile. */
  token: number;
}

/**
 * Which instance answers for which room. A lease that isn't renewed within its time is over. At any moment a room has at most
 * one. Rejects with `STORAGE_FAILED` where the map is out of reach.
 */
export interface RoomsMap {
  /** How long a lease lasts without being renewed. */
  readonly ttlMs: number;
  /**
   * The lease in force afterwards: a new one where there was none, where the one there was had the token `over`, or belonged
   * to an earlier process at the same URL; else the one there is, one's own renewed.
   */
  claim(roomId: string, owner: Instance, over?: number): Promise<RoomLease>;
  /** The leases that were still in force, and are for their time from now. */
  renew(leases: readonly RoomLease[]): Promise<RoomLease[]>;
  /** Ends a lease; does nothing where it is over already. */
  release(lease: RoomLease): Promise<void>;
  ownerOf(roomId: string): Promise<RoomLease | null>;
}

/** What an instance without the meeting's rows has to know to answer from a copy. */
export interface RoomCopyMeta {
  workspaceId: string;
  title: string;
  /** The ID of the model of its vectors; `''` for a room without. */
  model: string;
  passages: number;
  /** Names of its documents by their IDs. */
  documents: Record<string, string>;
  /** The revision of the transcript up to which its lines are in it. */
  transcriptSeq: number;
  /** The URL of the instance whose database has the meeting. */
  home: string;
}

export interface StoredRoomMeta extends RoomCopyMeta {
  /** Names one copy: another is another. */
  generation: string;
  bytes: number;
  /** CRC-32 of the bytes. */
  checksum: number;
  /** Of the lease under which it was written. */
  token: number;
}

export interface RoomCopy {
  meta: StoredRoomMeta;
  packed: Uint8Array<ArrayBuffer>;
}

/**
 * One packed copy of each room, for all instances. A reader gets a copy whole or none, whatever is written meanwhile. Copies
 * that nobody writes or reads are gone after their time. Rejects with `STORAGE_FAILED` where the store is out of reach.
 */
export interface SharedRooms {
  /**
   * Replaces the copy. Rejects with `CONFLICT` where the lease is no longer the one in force, `STORAGE_FULL` where there is
   * no room, `TOO_LARGE`; the copy before is kept then.
   */
  put(lease: RoomLease, meta: RoomCopyMeta, packed: Uint8Array): Promise<StoredRoomMeta>;
  describe(roomId: string): Promise<StoredRoomMeta | null>;
  get(roomId: string): Promise<RoomCopy | null>;
  /** Rejects with `CONFLICT` where the lease is no longer the one in force. */
  remove(lease: RoomLease): Promise<void>;
}

export const sharedRoomsLimits = {
  /** Without a renewal; renewed three times as often. */
  leaseTtlMs: 10_000,
  /** Of a copy that is neither written nor read. */
  copyTtlMs: 24 * 3600_000,
  /** Of a copy that is being written. */
  unfinishedTtlMs: 60_000,
  maxCopyBytes: 64 * 2 ** 20,
  /** Of titles, names and IDs of documents. */
  maxMetaBytes: 256 * 1024,
} as const;
