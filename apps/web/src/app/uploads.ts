import {
  createIndexedDbSpool,
  createUploader,
  type Spool,
  type SpooledTrack,
  type Uploader,
  type UploadStatus,
} from '@hansard/client';
import { connection } from './connection.ts';

export interface Uploads {
  spool: Spool;
  uploader: Uploader;
  /** What earlier visits had left on this device when this page was opened. */
  leftovers: readonly SpooledTrack[];
}

const listeners = new Set<() => void>();
let opening: Promise<Uploads> | undefined;
let opened: Uploads | undefined;
let status: UploadStatus = { kind: 'saved' };

function tell(): void {
  status = opened?.uploader.status() ?? { kind: 'saved' };
  for (const listener of listeners) listener();
}

async function open(): Promise<Uploads> {
  const spool = await createIndexedDbSpool();
  const uploader = createUploader({ socket: connection(), spool });
  const leftovers = await uploader.resumeUploads();
  opened = { spool, uploader, leftovers };
  uploader.subscribe(tell);
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
    const spool = await createIndexedDbSpool();
    const tracks = await spool.tracks();
    await spool.close();
    if (tracks.length > 0) await uploads.open();
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Undefined until they are open. */
  opened: () => opened,
  status: () => status,
};
