import { readFileSync, writeSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { choosePassages, createPassageCutter, passageLimits } from '../passages/index.ts';
import { ParseFailure, unreadable } from './failure.ts';
import { tellKind } from './kind.ts';
import type { ParserMessage } from './messages.ts';
import { readers } from './readers.ts';

/*
 * Reads the file that is its standard input and prints `ParserMessage`s, a line each. It is started by `parser.ts` with as little
 * memory, time and rights as reading a document needs.
 */
const progressEveryMs = 100;
const input = 0;
const output = 1;

function print(message: ParserMessage): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length;) {
    try {
      written += writeSync(output, line, written);
    } catch (error) {
      // A pipe that is full for the moment.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

async function parse(): Promise<void> {
  const file = readFileSync(input);
  const kind = await tellKind(file);
  const cutter = createPassageCutter();
  let printedAt = 0;
  const read = await readers[kind]();
  const { pages, pagesLeftOut } = await read(file, cutter, (done, total) => {
    if (done !== total && Date.now() - printedAt < progressEveryMs) return;
    printedAt = Date.now();
    print({ type: 'progress', done, total });
  });
  const passages = cutter.finish();
  if (passages.length === 0) throw unreadable('The file has no text.');
  for (const passage of choosePassages(passages, passageLimits.maxPassages)) print({ type: 'passage', ...passage });
  print({ type: 'done', kind, pages, found: passages.length, pagesLeftOut });
}

setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
try {
  await parse();
} catch (error) {
  const { code, message } =
    error instanceof ParseFailure ? error : unreadable('The file is damaged: it can’t be read to its end.');
  print({ type: 'failure', code, message });
}
process.exit(0);
