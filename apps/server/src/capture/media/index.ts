export { buildChunkOgg, oggBytes } from './chunk-ogg.ts';
export type { CutChunk, ChunkFraming, ChunkHints } from './chunk.ts';
export { canCapture, Demuxer, initialDemuxerState, type DemuxerState } from './demuxer.ts';
export type { OpusHead } from './opus.ts';
export type { ByteRange } from './packet.ts';
export type { Packet } from './packet.ts';
export { createTrackFile, type LostBytes, type TrackFileOptions } from './track-file.ts';
export { TrackReader, type TrackReaderOptions } from './track-reader.ts';
