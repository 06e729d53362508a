import { open } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import type { ParseDocument, ParsedDocument, ParsedPassage } from '../contract.ts';
import { passageLimits } from '../passages/index.ts';
import { startChild, type ChildLimits, type ParserChild } from './child.ts';
import { parsingLimits } from './limits.ts';
import { parserMessage } from './messages.ts';
import { readLines } from './read-lines.ts';
import { reservedCodeBytes } from './reserved-code.ts';

export interface ParserOptions extends Partial<Omit<ChildLimits, 'reservedBytes'>> {
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
  let reserved: Promise<number | null> | null = null;

  return async (file, { signal, onProgress }) => {
    signal.throwIfAborted();
    const { child, ended } = await start(file);
    const kill = () => void child.kill('SIGKILL');
    let tooLate = false;
    const timer = setTimeout(() => {
      tooLate = true;
      kill();
    }, deadlineMs);
    signal.addEventListener('abort', kill, { once: true });
    try {
      signal.throwIfAborted();
      if (child.pid !== undefined) onChild?.(child.pid);
      const document = await collect(readLines(child.stdout, maxOutputBytes), onProgress);
      if (document) return document;
      const how = await ended;
      if (tooLate) throw new AppError('TOO_LARGE', `The file could not be read in ${deadlineMs / 1000} s; split it.`);
      throw new AppError('TOO_LARGE', 'The file takes more memory to read than a document may; split it.', {
        cause: new Error(`The process ${how}.`),
      });
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

  async function start(file: string): Promise<{ child: ParserChild; ended: Promise<string> }> {
    const handle = await open(file, 'r');
    try {
      if ((await handle.stat()).size > maxFileBytes) {
        const mb = Math.floor(maxFileBytes / 2 ** 20);
        throw new AppError('TOO_LARGE', `The file is larger than ${mb} MB; split it into smaller files.`);
      }
      reserved ??= reservedCodeBytes().catch((error: unknown) => {
        reserved = null;
        throw error;
      });
      const reservedBytes = await reserved;
      const child = startChild(handle.fd, { heapMb, dataMb, cpuSeconds, reservedBytes });
      child.stderr.resume();
      // Listened to from the first moment: a child may end before the file is closed here.
      const ended = new Promise<string>((resolve) => {
        child.once('error', ({ message }) => resolve(`could not be started: ${message}`));
        child.once('close', (code, by) => resolve(`ended with ${by ?? code}`));
      });
      return { child, ended };
    } finally {
      await handle.close();
    }
  }
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
