import { spawn, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { parsingLimits } from './limits.ts';

export interface ChildLimits {
  heapMb: number;
  dataMb: number;
  cpuSeconds: number;
  /** What V8 reserves for code beside the data; null where memory can't be limited so. */
  reservedBytes: number | null;
}

export type ParserChild = ChildProcess & { stdout: Readable; stderr: Readable };

/** Beside this file, in the source as in what is built from it. */
const entry = join(import.meta.dirname, `parse-worker${extname(import.meta.filename)}`);

/** Every limit is set where the system has it; the program then takes the shell's place, and its process ID. */
const limitedProgram = [
  'ulimit -d "$1" 2>/dev/null',
  'ulimit -t "$2" 2>/dev/null',
  // No file can be written, nor a dump of a crash.
  'ulimit -f 0 2>/dev/null',
  'ulimit -c 0 2>/dev/null',
  'shift 2; exec "$@"',
].join('; ');

/**
 * Starts the process that reads a file. It has that file as its standard input, none of this environment, may start no
 * process and write no file, and its memory and time of the processor are bounded by the kernel where that has such bounds.
 * @param fd the open file; the caller closes it
 */
export function startChild(fd: number, limits: ChildLimits): ParserChild {
  const node = [
    process.execPath,
    `--max-old-space-size=${limits.heapMb}`,
    '--max-semi-space-size=4',
    '--v8-pool-size=1',
    '--expose-gc',
    '--disable-wasm-trap-handler',
    '--permission',
    '--allow-fs-read=*',
    '--no-warnings',
    entry,
  ];
  const dataKb =
    limits.reservedBytes === null ? 'unlimited' : String(limits.dataMb * 1024 + Math.ceil(limits.reservedBytes / 1024));
  const [file = '', ...args] =
    process.platform === 'win32'
      ? node
      : ['/bin/sh', '-c', limitedProgram, 'sh', dataKb, String(limits.cpuSeconds), ...node];
  return spawn(file, args, {
    stdio: [fd, 'pipe', 'pipe'],
    env: { UV_THREADPOOL_SIZE: '1' },
    windowsHide: true,
  }) as ParserChild;
}

/** The program's own pages are shared with the server; of V8's reserve for code little is used. */
const codeMb = 16;

/** What a child may take at most beside what it shares with the server. */
export const parserMemoryBytes = (parsingLimits.dataMb + codeMb) * 2 ** 20;
