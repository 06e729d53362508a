import type { Readable } from 'node:stream';
import { AppError } from '../../errors.ts';

/** The lines that a process prints, at most so many bytes in all. Throws `UNREADABLE` where there are more. */
export async function* readLines(stream: Readable, maxBytes: number): AsyncGenerator<string> {
  let rest = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  for await (const data of stream as AsyncIterable<Buffer>) {
    bytes += data.length;
    if (bytes > maxBytes) throw new AppError('UNREADABLE', 'The file has more to tell than a document may.');
    const lines = (rest + decoder.decode(data, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
