import type { TextSink } from '../../passages/index.ts';
import { unreadable, type ParseFailure } from '../failure.ts';
import { parsingLimits } from '../limits.ts';
import type { DocumentReader } from '../reader.ts';
import { findHeadings } from './headings.ts';
import { readOutline } from './outline.ts';
import { createPageLines, type PdfLine, type TextItem } from './page-lines.ts';
import { toParagraphs } from './paragraphs.ts';
import { openPdf, type PDFDocumentProxy } from './pdf-library.ts';
import { withoutRunningLines } from './running-lines.ts';

/** pdf.js keeps fonts and more of the pages it has read until it is told to let go. */
const cleanUpEveryPages = 20;
/** Memory of the process from which on what was let go is collected at once: fonts lie outside of the heap that V8 watches. */
const collectFromBytes = 100 * 2 ** 20;
/** Damaged pages in a row behind which no whole one is looked for. */
const maxDamagedInARow = 50;

interface ReadPages {
  /** Lines of each page from the first; none of a page that is damaged. */
  pages: PdfLine[][];
  /** Page numbers by the reference that an outline has for them. */
  pageOfRef: Map<string, number>;
}

/** PDF: page by page; headings by the outline or by size, without headers and footers that repeat. */
export const readPdf: DocumentReader = async (file, sink, onProgress) => {
  const pdf = await openPdf(file).catch((error: unknown) => {
    throw toFailure(error);
  });
  const { pages, pageOfRef } = await readPages(pdf, onProgress);
  if (pages.every((lines) => lines.length === 0)) {
    throw unreadable(
      'No text was found in the file: it has pictures of pages, or none at all. Recognise its text first.',
    );
  }
  const outline = (await readOutline(pdf)).map((entry) => ({
    ...entry,
    page: pageOfRef.get(entry.pageRef ?? '') ?? null,
  }));
  compose(withoutRunningLines(pages), outline, sink);
  return { pages: pdf.numPages, pagesLeftOut: Math.max(0, pdf.numPages - pages.length) };
};

async function readPages(pdf: PDFDocumentProxy, onProgress: (done: number, total: number) => void): Promise<ReadPages> {
  const pages: PdfLine[][] = [];
  const pageOfRef = new Map<string, number>();
  const total = Math.min(pdf.numPages, parsingLimits.maxPages);
  let length = 0;
  let damagedInARow = 0;
  while (pages.length < total && length < parsingLimits.maxTextLength && damagedInARow < maxDamagedInARow) {
    const number = pages.length + 1;
    try {
      const { lines, ref } = await readPage(pdf, number);
      if (ref !== null) pageOfRef.set(ref, number);
      pages.push(lines);
      length += lines.reduce((sum, { text }) => sum + text.length, 0);
      damagedInARow = 0;
    } catch {
      pages.push([]);
      damagedInARow += 1;
    }
    if (number % cleanUpEveryPages === 0) {
      await pdf.cleanup();
      if (process.memoryUsage.rss() > collectFromBytes) globalThis.gc?.();
    }
    onProgress(number, total);
  }
  return { pages, pageOfRef };
}

async function readPage(pdf: PDFDocumentProxy, number: number): Promise<{ lines: PdfLine[]; ref: string | null }> {
  const page = await pdf.getPage(number);
  const lines = createPageLines(number, parsingLimits.maxPageTextLength);
  const reader = page.streamTextContent().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const item of value.items) if ('str' in item) lines.add(item as TextItem);
  }
  page.cleanup();
  const { ref } = page;
  return { lines: lines.finish(), ref: ref ? `${ref.num} ${ref.gen}` : null };
}

function compose(
  pages: readonly (readonly PdfLine[])[],
  outline: Parameters<typeof findHeadings>[1],
  sink: TextSink,
): void {
  const levelOf = findHeadings(pages.flat(), outline);
  for (const lines of pages) {
    let body: PdfLine[] = [];
    let heading: { text: string; level: number; size: number } | null = null;
    const page = lines[0]?.page ?? 0;
    const flush = () => {
      if (heading) sink.heading(heading.level, heading.text, page);
      for (const paragraph of toParagraphs(body)) sink.paragraph(paragraph, page);
      body = [];
      heading = null;
    };
    for (const line of lines) {
      const level = levelOf(line);
      if (level === null) body.push(line);
      else if (heading && body.length === 0 && heading.level === level && heading.size === line.size)
        heading.text += ` ${line.text}`;
      else {
        flush();
        heading = { text: line.text, level, size: line.size };
      }
    }
    flush();
  }
}

function toFailure(error: unknown): ParseFailure {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return unreadable('The file is protected by a password; save it without one.');
  return unreadable('The file is damaged or cut off: it can’t be read as a PDF.');
}
