import type { PdfLine } from './page-lines.ts';

/** A gap between baselines that is so much larger than usual ends a paragraph. */
const largerGap = 1.25;
const usualPitch = 1.2;
const startsItem = /^(?:[•◦▪‣·–—*-]|\(?(?:\d{1,3}|[a-z])[.)])\s/;

/** Joins the lines of one page to paragraphs; a word that was hyphenated at a line's end is made whole. */
export function toParagraphs(lines: readonly PdfLine[]): string[] {
  const pitch = pitchOf(lines);
  const paragraphs: string[] = [];
  let before: PdfLine | null = null;
  for (const line of lines) {
    const gap = before ? before.y - line.y : 0;
    const begins =
      !before ||
      gap > pitch * largerGap * Math.max(line.size, before.size) ||
      line.size !== before.size ||
      startsItem.test(line.text);
    if (begins) paragraphs.push(line.text);
    else paragraphs.push(join(paragraphs.pop()!, line.text));
    before = line;
  }
  return paragraphs;
}

/** Distance of baselines that most lines have, in sizes of their type. */
function pitchOf(lines: readonly PdfLine[]): number {
  const pitches = lines
    .slice(1)
    .map((line, index) => (lines[index]!.y - line.y) / line.size)
    .filter((pitch) => pitch > 0.8 && pitch < 3)
    .toSorted((a, b) => a - b);
  return pitches[Math.floor(pitches.length / 2)] ?? usualPitch;
}

function join(before: string, after: string): string {
  if (/\p{Ll}[-\u00AD\u2010]$/u.test(before) && /^\p{Ll}/u.test(after)) return before.slice(0, -1) + after;
  return `${before} ${after}`;
}
