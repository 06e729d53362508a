import type { PdfLine } from './page-lines.ts';

/** Lines from the top and from the bottom of a page that may be its header or footer. */
const edgeLines = 2;
/** Pages before and after that are compared: a header may change with the chapter, or differ on left and right pages. */
const nearPages = 4;
const leastAlike = 3;

/** Takes away headers and footers: what stands at the edge of at least three pages near each other, whatever its numbers. */
export function withoutRunningLines(pages: readonly (readonly PdfLine[])[]): PdfLine[][] {
  const edges = pages.map((lines) => new Map(edgesOf(lines).map((line) => [keyOf(line), line])));
  return pages.map((lines, index) => {
    const near = edges.slice(Math.max(0, index - nearPages), index + nearPages + 1);
    const running = new Set<PdfLine>();
    for (const [key, line] of edges[index]!) {
      if (near.filter((keys) => keys.has(key)).length >= leastAlike) running.add(line);
    }
    return lines.filter((line) => !running.has(line));
  });
}

function edgesOf(lines: readonly PdfLine[]): PdfLine[] {
  const byHeight = lines.toSorted((a, b) => b.y - a.y);
  return [...byHeight.slice(0, edgeLines), ...byHeight.slice(edgeLines).slice(-edgeLines)];
}

function keyOf({ text, y }: PdfLine): string {
  const words = text.toLowerCase().replaceAll(/\d+|\b[ivxlc]+\b/g, '#');
  return `${Math.round(y / 4)} ${words}`;
}
