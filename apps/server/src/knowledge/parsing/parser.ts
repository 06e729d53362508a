import { open } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import type { ParseDocument, ParsedDocument, ParsedPassage } from '../contract.ts';
import { passageLimits } from '../passages/index.ts';
import { startChild, type ChildLimits, type ParserChild } from './child.ts';
import { parsingLimits } from './limits.ts';
import { parserMessage } from './messages.ts';
import { readLines } from './read-lines.ts';

export interface ParserOptions extends Partial<ChildLimits> {
  maxFileBytes?: number;
  deadlineMs?: number;
  maxOutputBytes?: number;
  /** For tests and measurements. */
  onChild?: (pid: number) => void;
}

type Progress = Parameters<ParseDocument>[1]['onProgress'];

/**
 * Reads documents, each in a process of its own. The caller reserves `parserMemoryBytes` for each and decides how many run at
 * a time. Nothing is written to disk.
 */
export function createParser(options: ParserOptions = {}): ParseDocument {
  const { maxFileBytes, deadlineMs, maxOutputBytes, heapMb, dataMb, cpuSeconds, onChild } = {
    ...parsingLimits,
    ...options,
  };
  return async (file, { signal, onProgress }) => {
    signal.throwIfAborted();
    const handle = await open(file, 'r');
    let child: ParserChild;
    try {
      if ((await handle.stat()).size > maxFileBytes) {
        const mb = Math.floor(maxFileBytes / 2 ** 20);
        throw new AppError('TOO_LARGE', `The file is larger than ${mb} MB; split it into smaller files.`);
      }
      child = startChild(handle.fd, { heapMb, dataMb, cpuSeconds });
    } finally {
      await handle.close();
    }
    const kill = () => void child.kill('SIGKILL');
    let tooLate = false;
    const timer = setTimeout(() => {
      tooLate = true;
      kill();
    }, deadlineMs);
    signal.addEventListener('abort', kill, { once: true });
    const ended = new Promise<string>((resolve) => {
      child.once('error', ({ message }) => resolve(`could not be started: ${message}`));
      child.once('close', (code, by) => resolve(`ended with ${by ?? code}`));
    });
    child.stderr.resume();
    try {
      if (child.pid !== undefined) onChild?.(child.pid);
      const document = await collect(readLines(child.stdout, maxOutputBytes), onProgress);
      if (document) return document;
      const how = await ended;
      signal.throwIfAborted();
      if (tooLate)
        throw new AppError('TOO_LARGE', `The file could not be read within ${deadlineMs / 1000} s; split it.`);
      throw new AppError(
        'TOO_LARGE',
        'The file takes more memory to read than a document may; split it into smaller files.',
        {
          cause: new Error(`The process ${how}.`),
        },
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      kill();
      await ended;
    }
  };
}

/** Null where the lines stop before the document does. */
async function collect(lines: AsyncIterable<string>, onProgress: Progress): Promise<ParsedDocument | null> {
  const passages: ParsedPassage[] = [];
  for await (const line of lines) {
    const message = toMessage(line);
    if (message.type === 'progress') onProgress({ done: message.done, total: message.total });
    else if (message.type === 'failure') throw new AppError(message.code, message.message);
    else if (message.type === 'passage') {
      const { page, heading, start, end, text } = message;
      if (passages.push({ page, heading, start, end, text }) > passageLimits.maxPassages) throw garbled();
    } else {
      const { kind, pages, found, pagesLeftOut } = message;
      return { kind, pages, passages, found, pagesLeftOut };
    }
  }
  return null;
}

function toMessage(line: string) {
  try {
    return parserMessage.parse(JSON.parse(line));
  } catch (error) {
    throw garbled(error);
  }
}

function garbled(cause?: unknown): AppError {
  return new AppError('UNREADABLE', 'The file could not be read: it confused the program that reads documents.', {
    cause,
  });
}
