import type { WireError } from '@hansard/protocol';
import type { ClientError } from '../client-error.ts';
import type { SpoolUsage } from '../spool/contract.ts';
import type { TrackProgress } from './track-upload.ts';

/** How far the server is behind the recorder. */
export interface Behind {
  behindMs: number;
  behindBytes: number;
}

/** What is kept on this device alone. */
export interface Kept {
  keptMs: number;
  keptBytes: number;
}

/** What a page may say about the audio. `saved` is said only while the server has every recorded byte on disk. */
export type UploadStatus =
  | { kind: 'saved' }
  | ({ kind: 'saving' } & Behind)
  | ({ kind: 'offline' } & Kept)
  /** The server asked for fewer, larger slices; nothing is lost by it. */
  | ({ kind: 'slowed'; sliceMs: number } & Behind)
  /** Recording must soon stop, unless the server takes some of what is kept. */
  | ({ kind: 'spool-low'; leftBytes: number } & Kept)
  | ({ kind: 'spool-full' } & Kept)
  /** `retrying`: the server can't take it just now. Otherwise it is given up; what was not saved is still kept. */
  | ({ kind: 'refused'; trackId: string; retrying: boolean; error: WireError | ClientError } & Kept);

export interface StatusInputs {
  tracks: readonly TrackProgress[];
  /** Bytes that were recorded and are not in the spool yet. */
  unspooledBytes: number;
  connected: boolean;
  advisedMs: number;
  spool: SpoolUsage;
}

export function deriveStatus({ tracks, unspooledBytes, connected, advisedMs, spool }: StatusInputs): UploadStatus {
  const behindBytes = tracks.reduce((sum, { end, durable }) => sum + end - durable, unspooledBytes);
  const behindMs = Math.max(0, ...tracks.map(({ capturedMs, durableMs }) => capturedMs - durableMs));
  const kept = { keptMs: behindMs, keptBytes: behindBytes };

  for (const { trackId, phase } of tracks) {
    if (phase.kind === 'stopped') return { kind: 'refused', trackId, retrying: false, error: phase.error, ...kept };
  }
  if (behindBytes > 0 && spool.level === 'full') return { kind: 'spool-full', ...kept };
  if (behindBytes > 0 && spool.level === 'low') {
    return { kind: 'spool-low', leftBytes: spool.maxBytes - spool.bytes, ...kept };
  }
  for (const { trackId, phase } of tracks) {
    if (phase.kind === 'waiting') return { kind: 'refused', trackId, retrying: true, error: phase.error, ...kept };
  }
  if (!connected && tracks.length > 0) return { kind: 'offline', ...kept };
  if (advisedMs > 0 && behindBytes > 0) return { kind: 'slowed', sliceMs: advisedMs, behindMs, behindBytes };
  return behindBytes > 0 ? { kind: 'saving', behindMs, behindBytes } : { kind: 'saved' };
}
