import type { TextSink } from '../passages/index.ts';

export interface ReadResult {
  /** Null for a kind that has none. */
  pages: number | null;
  pagesLeftOut: number;
}

/** Reads a file of one kind into the sink. Throws `ParseFailure`; any other error means that the file is damaged. */
export type DocumentReader = (
  file: Buffer,
  sink: TextSink,
  onProgress: (done: number, total: number | null) => void,
) => Promise<ReadResult>;
