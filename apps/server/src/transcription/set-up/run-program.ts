import { spawn } from 'node:child_process';

/** Runs a program without a shell and without input. Resolves with its exit code (127: there is none) and its last words. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<{ code: number; lastWords: string }>;

const keptCharacters = 2000;
const notFound = 127;

export const runProgram: RunProgram = (program, args, signal) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    let said = '';
    const keep = (text: string) => {
      said = (said + text).slice(-keptCharacters);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: notFound, lastWords: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, lastWords: said.trim() }));
  });
