import { join } from 'node:path';

/** Audio in one message of the reference design. */
export const referenceChunkSeconds = 15;

/** Where the reference design keeps chunks that wait for a worker, and those that a worker has done. */
export function referenceFolders(dataDir: string): { incoming: string; done: string } {
  return { incoming: join(dataDir, 'incoming'), done: join(dataDir, 'done') };
}
