export type { Bits, Found, Hit, NewPassage, Passage, Question, RoomShape, Scored } from './contract.ts';
export { fuse, type Fused } from './fuse.ts';
export { roomIndexLimits } from './limits.ts';
export type { RoomIndex } from './room-index.ts';
export { createRoomIndexes, type RoomIndexes } from './room-indexes.ts';
export { scanPlainly } from './scan.ts';
