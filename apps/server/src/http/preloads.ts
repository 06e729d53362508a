import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Vite's build manifest: what each source became, and what that imports. */
type Manifest = Record<string, { file: string; imports?: string[] }>;

/** Pages that are loaded when they are opened, by the beginning of their address. */
const pages = {
  '/m/': 'src/meeting/meeting-page.tsx',
  '/operations': 'src/operations/operations-page.tsx',
  '/settings': 'src/settings/settings-page.tsx',
} as const;

/**
 * Gives the `Link` header for an address: the scripts of its page, which the browser can then fetch beside the app's own
 * instead of after it. Null where the build says nothing of it.
 */
export function readPreloads(webDir: string): (url: string) => string | null {
  const file = join(webDir, '.vite/manifest.json');
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
  const links = Object.entries(pages).map(([prefix, source]) => [prefix, linkOf(manifest, source)] as const);
  return (url) => links.find(([prefix]) => url.startsWith(prefix))?.[1] ?? null;
}

function linkOf(manifest: Manifest, source: string): string | null {
  const files = new Set<string>();
  const add = (name: string): void => {
    const entry = manifest[name];
    if (!entry || files.has(entry.file)) return;
    files.add(entry.file);
    for (const imported of entry.imports ?? []) add(imported);
  };
  add(source);
  return files.size === 0 ? null : [...files].map((path) => `</${path}>; rel=modulepreload`).join(', ');
}
