import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { documentText } from '../retrieval/document-text.ts';

export interface RealPassage {
  text: string;
  vector: Float32Array;
}

const folder = join(import.meta.dirname, '../../data/documents');
/** PDFs come last: they take long to read, and one of them is enough. */
const kinds = ['.txt', '.md', '.html', '.pdf'];
const passageBytes = 500;
export const dims = 768;

/** Passages of about 500 bytes of documents of others, cut between words. What their vectors hold takes no other room. */
export async function realPassages(count: number): Promise<RealPassage[]> {
  const texts: string[] = [];
  const names = readdirSync(folder).filter((name) => kinds.includes(extname(name)) && name !== 'README.md');
  for (const name of names.toSorted((a, b) => kinds.indexOf(extname(a)) - kinds.indexOf(extname(b)))) {
    if (texts.length >= count) break;
    for (const page of await documentText(name, readFileSync(join(folder, name)))) texts.push(...cut(page));
  }
  if (texts.length < count) throw new Error(`The documents have ${texts.length} passages, not ${count}`);
  return texts.slice(0, count).map((text, seed) => ({ text, vector: vectorOf(seed) }));
}

function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + passageBytes >= text.length ? text.length : text.lastIndexOf(' ', at + passageBytes);
    const to = end > at ? end : at + passageBytes;
    pieces.push(text.slice(at, to).trim());
    at = to;
  }
  return pieces.filter((piece) => piece.length > passageBytes / 2);
}

function vectorOf(seed: number): Float32Array {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return Float32Array.from({ length: dims }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  });
}
