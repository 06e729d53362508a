import { expect, it } from 'vitest';
import { ClientError, type UploadStatus } from '@hansard/client';
import { statusText } from './status-text.ts';

const behind = { behindMs: 3_200, behindBytes: 12_800 };
const kept = { keptMs: 42_000, keptBytes: 168_000 };
const busy = { code: 'STORAGE_FULL', message: 'The disk is full.', retryable: true } as const;
const taken = { code: 'TRACK_TAKEN', message: 'Taken.', retryable: false } as const;

it.each<[UploadStatus, string, string]>([
  [{ kind: 'saved' }, 'calm', 'All audio saved'],
  [{ kind: 'saving', ...behind }, 'busy', 'Saving 3 s…'],
  [{ kind: 'slowed', sliceMs: 2_000, ...behind }, 'busy', 'Server asks to slow down: still recording'],
  [{ kind: 'offline', ...kept }, 'warning', 'Offline: 42 s kept on this device'],
  [
    { kind: 'spool-low', leftBytes: 2 * 1024 * 1024, ...kept },
    'warning',
    'This device has room for 2 MB more. Reconnect to the server soon.',
  ],
  [{ kind: 'spool-full', ...kept }, 'bad', 'This device is full, so recording has stopped. 42 s are kept here.'],
  [
    { kind: 'refused', trackId: 't', retrying: true, error: busy, ...kept },
    'warning',
    'The disk is full. 42 s kept on this device; trying again.',
  ],
  [
    { kind: 'refused', trackId: 't', retrying: false, error: new ClientError('LOST', 'Bytes are lost.'), ...kept },
    'bad',
    'Bytes are lost. 42 s are kept on this device.',
  ],
  [
    { kind: 'refused', trackId: 't', retrying: false, error: taken, ...kept },
    'warning',
    'Recording on another device took over',
  ],
  [
    { kind: 'refused', trackId: 't', retrying: false, error: new ClientError('REFUSED', 'Taken.', taken), ...kept },
    'warning',
    'Recording on another device took over',
  ],
])('says of %j: %s, "%s"', (status, tone, text) => expect(statusText(status)).toEqual({ tone, text }));
