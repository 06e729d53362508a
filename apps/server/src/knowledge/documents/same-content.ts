import { createHash } from 'node:crypto';
import type { DocumentRow } from '../../adapters/database/index.ts';
import type { ReceivedFile } from './incoming.ts';
import type { Originals } from './originals.ts';

/** The document whose file is the same to the byte. One that failed or was cancelled has none, and may be sent again. */
export async function findSame(
  rows: readonly DocumentRow[],
  { bytes, hash }: ReceivedFile,
  originals: Originals,
): Promise<DocumentRow | undefined> {
  for (const row of rows) {
    if (row.bytes !== bytes || row.state === 'failed' || row.state === 'cancelled') continue;
    const theirs = createHash('sha256');
    for await (const piece of originals.read(row)) theirs.update(piece);
    if (theirs.digest('hex') === hash) return row;
  }
  return undefined;
}
