import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { AppError } from '../../errors.ts';
import { toBlocks, type DocxBlock } from './docx-blocks.ts';
import type { ExportSource, ExportWriter } from './source.ts';

/** A Word file is made whole, in memory: past these there is Markdown. */
export const docxLimits = {
  maxBlocks: 10_000,
  maxTextLength: 2_000_000,
  maxWaiting: 4,
  workerOldSpaceMb: 192,
  workerYoungSpaceMb: 16,
};

/** The thread with its library, and what it makes of a byte of text: measured, RSS of a server before and after. */
const threadBytes = 40 * 2 ** 20;
const bytesPerCharacter = 30;

/** Says that a Word file is made of so many bytes of memory, and gives how to let them go. Throws where there is no room. */
export type AdmitWordFile = (bytes: number) => () => void;

/**
 * Word files, one at a time, in a thread of their own: the library (which leaves with the thread) would otherwise stop the
 * server for as long as it works. Rejects with `TOO_LARGE` or `BUSY`, or as `admit` throws.
 */
export function createDocxWriter(admit: AdmitWordFile = () => () => {}): ExportWriter {
  const oneAtATime = pLimit(1);
  return async function* writeDocx(source) {
    if (oneAtATime.pendingCount >= docxLimits.maxWaiting) {
      throw new AppError('BUSY', 'Several Word files are being made; try again in a moment.', { retryAfterMs: 5000 });
    }
    yield await oneAtATime(async () => {
      const blocks = await collect(source);
      const length = blocks.reduce((sum, { text }) => sum + text.length, 0);
      const letGo = admit(threadBytes + bytesPerCharacter * length);
      try {
        return await makeDocx(source.meeting.title, blocks);
      } finally {
        letGo();
      }
    });
  };
}

async function collect(source: ExportSource): Promise<DocxBlock[]> {
  const blocks: DocxBlock[] = [];
  let length = 0;
  for await (const block of toBlocks(source)) {
    length += block.text.length;
    if (blocks.length === docxLimits.maxBlocks || length > docxLimits.maxTextLength) throw tooLarge();
    blocks.push(block);
  }
  return blocks;
}

function makeDocx(title: string, blocks: DocxBlock[]): Promise<Uint8Array> {
  const worker = new Worker(new URL(`./docx-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { title, blocks },
    resourceLimits: {
      maxOldGenerationSizeMb: docxLimits.workerOldSpaceMb,
      maxYoungGenerationSizeMb: docxLimits.workerYoungSpaceMb,
    },
  });
  return new Promise<Uint8Array>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (error: Error & { code?: string }) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : error),
    );
  });
}

function tooLarge(): AppError {
  return new AppError('TOO_LARGE', 'The transcript is too long for a Word file; export it as Markdown or text.');
}
