/** Recorder and viewer for browsers, and what of them runs anywhere. What needs Node is in `@hansard/client/node`. */
export { createApi, type Api, type ApiOptions } from './api/api.ts';
export { ApiError } from './api/api-error.ts';
export { listMicrophones, watchMicrophones, type Microphone } from './browser/devices.ts';
export {
  createRecorder,
  type Recorder,
  type RecorderOptions,
  type RecorderState,
  type StartOptions,
} from './browser/recorder.ts';
export type { AudioProcessing, SourceKind } from './browser/sources.ts';
export type { RecordedTrack } from './browser/track-recorder.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export { systemClock, type Clock } from './clock.ts';
export { connectSocket, type HansardSocket, type SocketOptions } from './socket.ts';
export type {
  Spool,
  SpooledTrack,
  SpoolEvent,
  SpoolLevel,
  SpoolLimits,
  SpoolUsage,
  TrackMeta,
} from './spool/contract.ts';
export { createIndexedDbSpool, type IndexedDbSpoolOptions } from './spool/indexed-db-spool.ts';
export { createMemorySpool } from './spool/memory-spool.ts';
export { recoverUnfinished } from './upload/recover.ts';
export type { UploadSettings } from './upload/settings.ts';
export type { UploadStatus } from './upload/status.ts';
export { createTrackLocks, type TrackLocks } from './upload/track-locks.ts';
export type { TrackPhase, TrackProgress } from './upload/track-upload.ts';
export { createUploader, type NewTrack, type Uploader, type UploaderOptions } from './upload/uploader.ts';
export {
  createTranscriptStore,
  type TranscriptSnapshot,
  type TranscriptStore,
  type TranscriptStoreOptions,
} from './viewer/transcript-store.ts';
