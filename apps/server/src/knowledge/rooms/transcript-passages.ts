import { transcriptSource } from '../contract.ts';
import type { Passage } from '../room-index/index.ts';
import { roomsLimits } from './limits.ts';

export interface TranscriptLine {
  /** The transcript's revision at which the line was last written. */
  seq: number;
  speaker: string | null;
  startMs: number;
  endMs: number;
  text: string;
}

const targetBytes = roomsLimits.transcriptPassageBytes;

export interface TranscriptPassages {
  add(line: TranscriptLine): void;
  /** The passages of all lines added; the last is short where the lines end. */
  end(): { passages: Passage[]; isLastShort: boolean };
}

/**
 * Makes passages of consecutive lines, each as "Ana: what she said". One is closed when it is full; a rest of less than half
 * a passage joins the one before. Of more than `most`, the newest stay.
 */
export function createTranscriptPassages(most: number): TranscriptPassages {
  const passages: Passage[] = [];
  let open: Passage | null = null;
  let openBytes = 0;

  function close(): void {
    if (open) passages.push(open);
    open = null;
    openBytes = 0;
    // Seldom, and many at a time: a shift for each would move all of them.
    if (passages.length >= 2 * most) passages.splice(0, passages.length - most);
  }

  function put(text: string, startMs: number, endMs: number): void {
    const bytes = Buffer.byteLength(text) + 1;
    if (openBytes > 0 && openBytes + bytes > targetBytes) close();
    openBytes += bytes;
    open = open
      ? { ...open, start: Math.min(open.start, startMs), end: Math.max(open.end, endMs), text: `${open.text}\n${text}` }
      : { source: transcriptSource, heading: '', page: 0, start: startMs, end: Math.max(startMs, endMs), text };
  }

  return {
    add({ speaker, startMs, endMs, text }) {
      const name = speaker === null ? '' : `${speaker}: `;
      for (const piece of piecesOf(text, targetBytes - Buffer.byteLength(name) - 1)) {
        put(`${name}${piece}`, startMs, endMs);
      }
    },
    end() {
      const last = passages.at(-1);
      const isRest = open !== null && openBytes < targetBytes / 2;
      if (isRest && last && open) {
        const { start, end, text } = open;
        passages[passages.length - 1] = {
          ...last,
          start: Math.min(last.start, start),
          end: Math.max(last.end, end),
          text: `${last.text}\n${text}`,
        };
        open = null;
      }
      close();
      return { passages: passages.slice(-most), isLastShort: isRest && !last };
    },
  };
}

/** The text in pieces of at most so many bytes, cut between words where there are any. */
function piecesOf(text: string, mostBytes: number): string[] {
  if (Buffer.byteLength(text) <= mostBytes) return [text];
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  // A word that is too long by itself is cut too; none of its letters is.
  for (const word of text.match(/\S{1,64}\s*/gu) ?? []) {
    const wordBytes = Buffer.byteLength(word);
    if (bytes > 0 && bytes + wordBytes > mostBytes) {
      pieces.push(piece.trimEnd());
      piece = '';
      bytes = 0;
    }
    piece += word;
    bytes += wordBytes;
  }
  return [...pieces, piece.trimEnd()];
}
