import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { launchArgs, launchArgsIn, launchEnv } from '@hansard/server/launch';
import type { ServerProgram } from './server-process.ts';

const root = join(import.meta.dirname, '../../..');

/** Strips the types of what the server runs, as `npm start` does. */
export function buildHansard(): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The server could not be built.');
}

/** The server as `npm start` runs it, here or in a container; `env` is what a person would set. */
export function hansardProgram(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  containerLimitBytes?: number,
): ServerProgram {
  const args = containerLimitBytes === undefined ? launchArgs : launchArgsIn(containerLimitBytes);
  return {
    file: args.at(-1)!,
    flags: [...args.slice(0, -1), '--inspect-port=127.0.0.1:0'],
    env: { ...launchEnv(process.env), HANSARD_ENGINE_SETUP: 'off', ...env, HANSARD_DATA_DIR: dataDir },
  };
}

/** Environment with which it uses `fake-engine.ts`, and asks it about every chunk. */
export function fakeEngineEnv(engineUrl: string): Record<string, string> {
  return {
    HANSARD_ENGINE: 'openai',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `${engineUrl}/v1`,
    HANSARD_SPEECH_GATE: 'off',
  };
}
