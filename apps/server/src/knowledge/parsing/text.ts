import { decodeText } from './decode.ts';
import { tooLarge, unreadable } from './failure.ts';
import { parsingLimits } from './limits.ts';
import type { DocumentReader } from './reader.ts';

/** `1.2 Scope` or `Chapter 3. Pumps`, alone on its line. */
const numberedHeading = /^ {0,3}(?:(?:chapter|section|part|appendix) +)?(\d+(?:\.\d+)*|[A-Z](?=\. ))\.? +\S/i;
const maxHeadingLength = 80;

/** Plain text: paragraphs are what stands between empty lines; a numbered line that stands alone is a heading. */
export const readText: DocumentReader = async (file, sink) => {
  const text = decodeText(file);
  if (text === null) throw unreadable('The file is no text to its end.');
  if (text.length > parsingLimits.maxTextLength) throw textTooLong();
  for (const block of text.split(/\f|\n[ \t]*\n/)) {
    const shown = block.replace(/^\s*\n/, '').trimEnd();
    const level = headingLevel(shown);
    if (level === null) sink.paragraph(shown, 0);
    else sink.heading(level, shown, 0);
  }
  return { pages: null, pagesLeftOut: 0 };
};

export function textTooLong() {
  const mb = parsingLimits.maxTextLength / 2 ** 20;
  return tooLarge(`The file has more than ${mb} MB of text; split it into smaller files.`);
}

function headingLevel(block: string): number | null {
  if (block.includes('\n') || block.length > maxHeadingLength || /[.:;,]$/.test(block)) return null;
  const number = numberedHeading.exec(block)?.[1];
  return number === undefined ? null : number.split('.').length;
}
