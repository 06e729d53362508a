import { join } from 'node:path';
import { fakeEngineEnv, hansardProgram } from '../load/hansard-server.ts';
import type { ServerProgram } from '../load/server-process.ts';
import type { SessionKind } from './generator.ts';

export interface Contestant {
  name: string;
  kind: SessionKind;
  describe: string;
  program(dataDir: string, engineUrl: string): ServerProgram;
}

/**
 * A quarter of the default: every track then writes a part to the object store within a minute's window, four times as
 * often as it would.
 */
const partBytes = 240_000;
const inspectable = ['--inspect-port=127.0.0.1:0'];

export const hansard: Contestant = {
  name: 'ours',
  kind: 'hansard',
  describe:
    'this server as `npm start` runs it: journal synced before each answer, SQLite, parts as files ' +
    `(${partBytes / 1000} KB, a quarter of the default), a fake engine over HTTP that answers at once, the speech gate off (it decodes: 2 ms a second of audio)`,
  program: (dataDir, engineUrl) =>
    hansardProgram(dataDir, { ...fakeEngineEnv(engineUrl), HANSARD_PART_MAX_BYTES: String(partBytes) }),
};

/** What calling an engine costs is the difference to this. */
export const hansardWithoutEngine: Contestant = {
  ...hansard,
  name: 'ours-no-engine',
  describe: 'the same with HANSARD_ENGINE=none: chunks are cut and wait',
  program: (dataDir) => hansardProgram(dataDir, { HANSARD_ENGINE: 'none', HANSARD_PART_MAX_BYTES: String(partBytes) }),
};

const reference: Contestant = {
  name: 'reference',
  kind: 'reference',
  describe:
    'the reference design: Socket.IO as installed, each 15 s one message and one file, 100 ms wait, stat, queue in memory, ' +
    '3 workers of 1.5 s, rename; no sync',
  program: (dataDir) => ({
    file: join(import.meta.dirname, 'servers/reference-server.ts'),
    flags: inspectable,
    // Socket.IO brings no bufferutil.
    env: { DATA_DIR: dataDir, WS_NO_BUFFER_UTIL: '1' },
  }),
};

const tus: Contestant = {
  name: 'tus',
  kind: 'tus',
  describe: '@tus/server with @tus/file-store: one upload a session, a PATCH a second; no sync, nothing is transcribed',
  program: (dataDir) => ({
    file: join(import.meta.dirname, 'servers/tus-server.ts'),
    flags: inspectable,
    env: { DATA_DIR: dataDir },
  }),
};

export const contestants: readonly Contestant[] = [hansard, reference, tus];
