import type { OutlineEntry } from './outline.ts';
import type { PdfLine } from './page-lines.ts';

/** The level of a line that is a heading, from 1; null for others. */
export type HeadingLevel = (line: PdfLine) => number | null;

const maxHeadingLength = 150;
const leastLarger = 1.12;
const maxLevels = 4;
/** Entries of an outline that a file must have for its outline to be trusted. */
const leastOutline = 3;

/** Headings by the file's outline where it has one, else by their size. */
export function findHeadings(
  lines: readonly PdfLine[],
  outline: readonly (OutlineEntry & { page: number | null })[],
): HeadingLevel {
  const titles = outline.filter(({ page }) => page !== null);
  return titles.length >= leastOutline ? byOutline(titles) : bySize(lines);
}

function byOutline(titles: readonly (OutlineEntry & { page: number | null })[]): HeadingLevel {
  const byPage = new Map<number, { words: string; level: number }[]>();
  for (const { title, level, page } of titles) {
    const words = wordsOf(title);
    if (words !== '') byPage.set(page!, [...(byPage.get(page!) ?? []), { words, level }]);
  }
  return ({ page, text }) => {
    if (text.length > maxHeadingLength) return null;
    const words = wordsOf(text);
    return byPage.get(page)?.find((title) => isTitle(words, title.words))?.level ?? null;
  };
}

/** The line may have a number that the outline leaves out. */
function isTitle(line: string, title: string): boolean {
  if (line === title) return true;
  return line.endsWith(title) && /^(?:chapter|part|appendix)?[\da-z]{0,5}$/.test(line.slice(0, -title.length));
}

function wordsOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function bySize(lines: readonly PdfLine[]): HeadingLevel {
  const characters = new Map<number, number>();
  for (const { size, text } of lines) characters.set(size, (characters.get(size) ?? 0) + text.length);
  const body = [...characters].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
  const isLarger = ({ size, text }: PdfLine) =>
    size >= body * leastLarger && text.length <= maxHeadingLength && /\p{L}{2}/u.test(text);
  const sizes = [...new Set(lines.filter(isLarger).map(({ size }) => size))].toSorted((a, b) => b - a);
  return (line) => (isLarger(line) ? Math.min(sizes.indexOf(line.size) + 1, maxLevels) : null);
}
