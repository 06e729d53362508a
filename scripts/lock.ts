// `npm ci` refuses a lock that leaves out a package of another platform, and npm leaves out those that the registry in use
// does not have. `node scripts/lock.ts` adds them, without an address or hash; no other machine's package is fetched by it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Locked {
  version?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = join(import.meta.dirname, '../package-lock.json');
const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'aix',
  'win32',
  'win',
];
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/** Optional packages that a locked one names and the lock does not hold, by the path that they belong at. */
export function missingFromLock(): Map<string, Locked> {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Locked> };
  const missing = new Map<string, Locked>();
  for (const { optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      const isLocked = Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`));
      if (!isLocked)
        missing.set(`node_modules/${name}`, {
          version: range.replace(/^[^\d]*/, ''),
          optional: true,
          ...platformOf(name),
        });
    }
  }
  return missing;
}

/** Which machines a package is for, by its name: `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const libc = os === 'linux' ? { gnu: 'glibc', musl: 'musl' }[words.at(-1) ?? ''] : undefined;
  return {
    ...(os && { os: [os === 'win' ? 'win32' : os] }),
    ...(cpu && { cpu: [cpu] }),
    ...(libc && { libc: [libc] }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Locked> };
  const missing = missingFromLock();
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
  packages.sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  console.log(`${missing.size} packages of other platforms added.`);
}
