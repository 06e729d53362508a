import { createIndexedDbSpool, createUploader, type Spool, type SpooledTrack, type Uploader } from '@hansard/client';
import { connection } from './connection.ts';

export interface Uploads {
  spool: Spool;
  uploader: Uploader;
  /** What earlier visits had left on this device when this page was opened. */
  leftovers: readonly SpooledTrack[];
}

/** Opens the spool and takes up what earlier visits left in it. Rejects where storage is blocked. */
export async function openUploads(): Promise<Uploads> {
  const spool = await createIndexedDbSpool();
  const uploader = createUploader({ socket: connection(), spool });
  const leftovers = await uploader.resumeUploads();
  return { spool, uploader, leftovers };
}

/** Whether an earlier visit left anything, found out without a connection. */
export async function hasLeftovers(): Promise<boolean> {
  const spool = await createIndexedDbSpool();
  try {
    return (await spool.tracks()).length > 0;
  } finally {
    await spool.close();
  }
}
