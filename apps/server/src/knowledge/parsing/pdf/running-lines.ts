import type { PdfLine } from './page-lines.ts';

/** From the top and from the bottom of a page, what stands at so many heights may be its header or footer. */
const edgeHeights = 2;
const samePoints = 4;
/** Pages before and after that are compared: a header may change with the chapter, or differ on left and right pages. */
const nearPages = 4;
const leastAlike = 3;
const leastLeft = 0.5;

/** Takes away headers and footers: what stands at the edge of at least three pages near each other, whatever its numbers. */
export function withoutRunningLines(pages: readonly (readonly PdfLine[])[]): readonly (readonly PdfLine[])[] {
  const edges = pages.map((lines) => new Map(edgesOf(lines).map((line) => [keyOf(line), line])));
  const left = pages.map((lines, index) => {
    const near = edges.slice(Math.max(0, index - nearPages), index + nearPages + 1);
    const running = new Set<PdfLine>();
    for (const [key, line] of edges[index]!) {
      if (near.filter((keys) => keys.has(key)).length >= leastAlike) running.add(line);
    }
    return lines.filter((line) => !running.has(line));
  });
  // Pages that are all alike, such as forms, have little else.
  return lengthOf(left) >= lengthOf(pages) * leastLeft ? left : pages;
}

function lengthOf(pages: readonly (readonly PdfLine[])[]): number {
  return pages.flat().reduce((sum, { text }) => sum + text.length, 0);
}

function edgesOf(lines: readonly PdfLine[]): PdfLine[] {
  const heights = [...new Set(lines.map(heightOf))].toSorted((a, b) => b - a);
  const edges = new Set([...heights.slice(0, edgeHeights), ...heights.slice(-edgeHeights)]);
  return lines.filter((line) => edges.has(heightOf(line)));
}

function keyOf(line: PdfLine): string {
  return `${heightOf(line)} ${line.text.toLowerCase().replaceAll(/\d+|\b[ivxlc]+\b/g, '#')}`;
}

function heightOf({ y }: PdfLine): number {
  return Math.round(y / samePoints);
}
