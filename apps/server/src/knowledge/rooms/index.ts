export { roomsLimits } from './limits.ts';
export { roomPath } from './room-files.ts';
export { createRooms, type PackedRoom, type RoomsOptions, type RoomsService } from './rooms.ts';
export type { ReadTranscript } from './transcript-keeper.ts';
export type { TranscriptLine } from './transcript-passages.ts';
