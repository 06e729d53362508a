import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that the tests drive for real, by the Debian package that brings each. */
const programs = {
  chromium: 'chromium',
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  pocketsphinx_continuous: 'pocketsphinx',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'redis-server': 'redis-server',
} as const;
/** Brought beside a program, with no program of its own. */
const companions: Record<string, string[]> = { pocketsphinx: ['pocketsphinx-en-us'] };

/** Installs the missing ones where this may (root on Debian or Ubuntu), else says what to type and ends the process. */
export function ensureSystemPackages(): void {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].flatMap((name) => [name, ...(companions[name] ?? [])]);
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const mayInstall = process.getuid?.() === 0 && isOnPath('apt-get');
  if (!mayInstall) {
    console.error(`The tests need ${packages.join(', ')}. On Debian or Ubuntu: sudo ${install}`);
    process.exit(1);
  }
  console.error(`Installing ${packages.join(', ')} (once)…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of ['apt-get update -qq', `${install} -qq`]) {
    const [program = '', ...args] = command.split(' ');
    if (spawnSync(program, args, { env, stdio: ['ignore', 2, 2] }).status !== 0) {
      console.error(`\`${command}\` failed; its message is above.`);
      process.exit(1);
    }
  }
}

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
