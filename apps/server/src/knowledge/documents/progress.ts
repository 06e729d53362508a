import type { DocumentState } from '@hansard/protocol';
import type { Logger } from 'pino';
import type { DocumentRow } from '../../adapters/database/index.ts';
import { documentLimits } from './limits.ts';
import type { DocumentsRepository } from './repository.ts';

interface ProgressOptions {
  repository: DocumentsRepository;
  publish: (row: DocumentRow) => void;
  now: () => number;
  log: Logger;
}

/** Makes functions that tell viewers how far a document is, not more often than they can read. */
export function createProgress({ repository, publish, now, log }: ProgressOptions) {
  return (id: string, state: DocumentState) => {
    let last = -Infinity;
    return (done: number, total: number | null): void => {
      if (now() - last < documentLimits.progressEveryMs) return;
      last = now();
      repository.progress(id, state, done, total).then(
        // It may have gone on to another state, which was told then.
        (row) => row && publish(row),
        (error: unknown) => log.warn({ err: error, documentId: id }, 'progress could not be written'),
      );
    };
  };
}
