import { Buffer } from 'node:buffer';

/** One language for all: where a sentence ends differs little, and the same file gives the same passages on every machine. */
const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
/** The segmenter copies what it is given, and is slow in a text of megabytes. */
const windowLength = 16_384;

export interface Piece {
  /** Characters of the text that was cut: [start, end). White space between pieces belongs to the one before. */
  start: number;
  end: number;
  bytes: number;
  /** It ends where a sentence or the text ends. */
  endsSentence: boolean;
}

/** Cuts a text at the ends of its sentences; one that is longer than `maxBytes` (UTF-8) at a line's end, a space, or where it must. */
export function* cutAtSentences(text: string, maxBytes: number): Generator<Piece> {
  for (let from = 0; from < text.length;) {
    const to = windowEnd(text, from);
    // A line's end is no sentence's end: much plain text is wrapped by hand.
    const lineless = text.slice(from, to).replaceAll(/[\n\r\u2028\u2029]/g, ' ');
    for (const { index, segment } of sentences.segment(lineless)) {
      const start = from + index;
      const bytes = Buffer.byteLength(segment);
      if (bytes <= maxBytes) yield { start, end: start + segment.length, bytes, endsSentence: true };
      else yield* cutLong(text, start, start + segment.length, maxBytes);
    }
    from = to;
  }
}

function windowEnd(text: string, from: number): number {
  if (text.length - from <= windowLength) return text.length;
  const space = Math.max(text.lastIndexOf(' ', from + windowLength), text.lastIndexOf('\n', from + windowLength));
  return space > from ? space + 1 : wholeCharacter(text, from + windowLength);
}

function* cutLong(text: string, start: number, end: number, maxBytes: number): Generator<Piece> {
  for (let from = start; from < end;) {
    const to = cutEnd(text, from, end, maxBytes);
    yield { start: from, end: to, bytes: Buffer.byteLength(text.slice(from, to)), endsSentence: to === end };
    from = to;
  }
}

function cutEnd(text: string, from: number, end: number, maxBytes: number): number {
  let to = Math.min(end, from + maxBytes);
  while (Buffer.byteLength(text.slice(from, to)) > maxBytes) to = from + Math.floor((to - from) * 0.9);
  if (to === end) return end;
  const least = from + (to - from) / 2;
  for (const separator of ['\n', ' ']) {
    const at = text.lastIndexOf(separator, to - 1);
    if (at >= least) return at + 1;
  }
  return wholeCharacter(text, to);
}

/** Not between the two halves of a character outside the basic plane. */
function wholeCharacter(text: string, index: number): number {
  return /[\uD800-\uDBFF]/.test(text[index - 1] ?? '') ? index - 1 : index;
}
