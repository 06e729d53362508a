import { posix } from 'node:path';
import type { PackageParts } from './package-parts.ts';
import { readXml } from './read-xml.ts';

export interface Relationship {
  id: string;
  /** The last word of its type: `slide`, `notesSlide`, `officeDocument`. */
  type: string;
  /** The part's name in the package. */
  target: string;
}

const maxRelationships = 10_000;

/** What a part refers to within the package; `''` is the package itself. */
export async function relationshipsOf(parts: PackageParts, part: string): Promise<Relationship[]> {
  const name = posix.join('/', posix.dirname(part), '_rels', `${posix.basename(part)}.rels`);
  if (!parts.has(name)) return [];
  const found: Relationship[] = [];
  await readXml(parts.read(name), {
    open(element, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      if (element !== 'Relationship' || mode === 'External' || found.length === maxRelationships) return;
      found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: posix.join('/', resolve(part, target)) });
    },
  });
  return found;
}

function resolve(part: string, target: string): string {
  return target.startsWith('/') ? target : posix.join(posix.dirname(part || '/x'), target);
}
