import type { PDFDocumentProxy } from './pdf-library.ts';

export interface OutlineEntry {
  title: string;
  /** From 1. */
  level: number;
  /** Where it leads to: `number generation` of the page's object; null where that can't be told. */
  pageRef: string | null;
}

interface Node {
  title: string;
  dest: string | unknown[] | null;
  items: Node[];
}

const maxEntries = 2000;
const maxLevel = 6;

/** The titles in a file's table of contents, in order. Empty where there is none or it is damaged. */
export async function readOutline(pdf: PDFDocumentProxy): Promise<OutlineEntry[]> {
  try {
    const entries: OutlineEntry[] = [];
    for (const { node, level } of flat(await pdf.getOutline())) {
      if (entries.length === maxEntries) break;
      entries.push({ title: node.title, level, pageRef: refOf(await destinationOf(pdf, node)) });
    }
    return entries;
  } catch {
    return [];
  }
}

function* flat(nodes: Node[] | null, level = 1): Generator<{ node: Node; level: number }> {
  for (const node of nodes ?? []) {
    yield { node, level };
    if (level < maxLevel) yield* flat(node.items, level + 1);
  }
}

async function destinationOf(pdf: PDFDocumentProxy, { dest }: Node): Promise<unknown[] | null> {
  return typeof dest === 'string' ? await pdf.getDestination(dest) : dest;
}

function refOf(destination: unknown[] | null): string | null {
  const ref = destination?.[0] as { num?: number; gen?: number } | null | undefined;
  return typeof ref?.num === 'number' && typeof ref.gen === 'number' ? `${ref.num} ${ref.gen}` : null;
}
