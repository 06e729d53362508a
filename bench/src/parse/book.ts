import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textPdf, type PdfText } from '@hansard/server/parsing/pdf';

const documents = join(import.meta.dirname, '../../data/documents');
const sources = [
  'linux-pam-administrators-guide.txt',
  'x-access-control-extension.txt',
  'node-packages.md',
  'node-cluster.md',
];
const lineLength = 88;
const linesPerPage = 44;
/** A new section every so many lines: from a third of a page to three pages. */
const sectionLines = [15, 40, 132, 60, 25, 90];

interface Section {
  title: string;
  lines: string[];
}

/** Real prose under the titles of sections of uneven length, for so many pages; the same each time. */
export function sectionsOfBook(pages: number): Section[] {
  const words = sources.flatMap((name) =>
    readFileSync(join(documents, name), 'utf8')
      .replaceAll(/[^\x20-\x7E]+/g, ' ')
      .split(/\s+/),
  );
  let next = 0;
  const line = () => {
    let text = words[next % words.length]!;
    for (next += 1; text.length + words[next % words.length]!.length < lineLength; next += 1)
      text += ` ${words[next % words.length]!}`;
    return text;
  };
  const sections: Section[] = [];
  for (let lines = 0; lines < pages * linesPerPage;) {
    const length = Math.min(sectionLines[sections.length % sectionLines.length]!, pages * linesPerPage - lines);
    sections.push({
      title: `${sections.length + 1} On ${line().slice(0, 40).trim()}`,
      lines: Array.from({ length }, line),
    });
    lines += length;
  }
  return sections;
}

/** The sections as a PDF with a header and a page number on every page. */
export function bookPdf(pages: number): Buffer {
  const flow = sectionsOfBook(pages).flatMap(({ title, lines }): PdfText[] => [
    ...lines.map((text, index) => (index === 0 ? { text: title, size: 16 } : { text })),
  ]);
  return textPdf(
    Array.from({ length: pages }, (_, page) => [
      { text: 'The book of the watch', size: 8, y: 770 },
      ...flow.slice(page * linesPerPage, (page + 1) * linesPerPage),
      { text: String(page + 1), size: 8, y: 30 },
    ]),
  );
}
