import type { Logger } from 'pino';
import type { RunProgram } from './run-program.ts';

interface InstallOptions {
  log: Logger;
  run: RunProgram;
  isRoot: boolean;
  onProgress: (progress: { detail: string; share: number | null }) => void;
  signal: AbortSignal;
}

const packages = ['pocketsphinx', 'pocketsphinx-en-us'];
/** Neither questions nor a lock that another apt holds may keep a start waiting. */
const aptOptions = [
  '-y',
  '-q',
  '-o',
  'DPkg::Lock::Timeout=30',
  '-o',
  'Acquire::http::Timeout=5',
  '-o',
  'Acquire::Retries=0',
];

/** By the system's package manager, said before it is done. False where it is not ours to do: no root, no apt. */
export async function installPocketSphinx({ log, run, isRoot, onProgress, signal }: InstallOptions): Promise<boolean> {
  if (!isRoot) return false;
  if ((await run('apt-get', ['--version'], signal)).code !== 0) return false;
  const what = `installing ${packages.join(' and ')} with apt-get, a local recogniser of about 70 MB`;
  log.info({ packages }, what);
  onProgress({ detail: `${what} (HANSARD_ENGINE_SETUP=off prevents it)`, share: null });
  const install = () => run('apt-get', ['install', ...aptOptions, '--no-install-recommends', ...packages], signal);
  let done = await install();
  if (done.code !== 0) {
    await run('apt-get', ['update', '-q', ...aptOptions.slice(2)], signal);
    done = await install();
  }
  if (done.code !== 0) throw new Error(`apt-get ended with ${done.code}: ${done.lastWords.slice(-300)}`);
  return true;
}
