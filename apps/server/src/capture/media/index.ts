export { buildChunkOgg } from './chunk-ogg.ts';
export type { CutChunk, ChunkFraming, ChunkHints } from './chunk.ts';
export { canCapture, createDemuxer, initialDemuxerState, type Demuxer, type DemuxerState } from './demuxer.ts';
export type { OpusHead } from './opus.ts';
export type { ByteRange } from './packet.ts';
export type { Packet } from './packet.ts';
export { createTrackFile, type LostBytes, type TrackFileOptions } from './track-file.ts';
export { createTrackReader, type TrackReader, type TrackReaderOptions } from './track-reader.ts';
