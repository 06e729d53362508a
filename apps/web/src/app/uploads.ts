import type { UploadStatus } from '@hansard/client';
import { guardLeaving } from './leave-guard.ts';
import type { Uploads } from './open-uploads.ts';

const listeners = new Set<() => void>();
let opening: Promise<Uploads> | undefined;
let opened: Uploads | undefined;
const saved: UploadStatus = { kind: 'saved' };
/** What was answered since the last change: React wants the same object until something changes. */
const statuses = new Map<string | undefined, UploadStatus>();

function tell(): void {
  statuses.clear();
  const now = uploads.status();
  // What the server refuses for good stays on this device, whether the page is left or not.
  guardLeaving('unsaved audio', now.kind !== 'saved' && !(now.kind === 'refused' && !now.retrying));
  for (const listener of listeners) listener();
}

/** The code of it, which no first view waits for. */
const load = () => import('./open-uploads.ts');

async function open(): Promise<Uploads> {
  const { openUploads } = await load();
  opened = await openUploads();
  opened.uploader.subscribe(tell);
  tell();
  return opened;
}

/** The spool of this device and the one uploader of this page. */
export const uploads = {
  /** Opens both at the first call, and takes up what earlier visits left. A failed opening may be tried again. */
  open: (): Promise<Uploads> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  },
  /** Opens them only if an earlier visit left something; otherwise no connection is made. */
  openIfNeeded: async (): Promise<void> => {
    if (opening) return;
    const { hasLeftovers } = await load();
    if (await hasLeftovers()) await uploads.open();
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Undefined until they are open. */
  opened: () => opened,
  /** Of one meeting, or of all that is on this device. */
  status: (meetingId?: string): UploadStatus => {
    const known = statuses.get(meetingId) ?? opened?.uploader.status(meetingId) ?? saved;
    statuses.set(meetingId, known);
    return known;
  },
  /** Deletes what the server refuses to take. */
  discard: async (trackId: string): Promise<void> => {
    const { uploader } = await uploads.open();
    await uploader.discard(trackId);
  },
};
