import type { ParsedPassage } from '../contract.ts';
import { passageLimits } from './limits.ts';
import { cutAtSentences, type Piece } from './sentences.ts';

/** Takes a document's headings and paragraphs in their order. `page` is from 1; 0 where there are none. */
export interface TextSink {
  /** Ends the section. An empty heading only does that, and takes those of its level and below away. 0 is the title's level. */
  heading(level: number, text: string, page: number): void;
  paragraph(text: string, page: number): void;
  /** Characters up to now. */
  readonly length: number;
}

export interface PassageCutter extends TextSink {
  /** All passages, in order. Nothing may be added after. */
  finish(): ParsedPassage[];
}

interface Open {
  page: number;
  start: number;
  text: string;
  bytes: number;
  endsSentence: boolean;
  /** Its last piece is of the next page. */
  isOverPage: boolean;
}

interface Heading {
  level: number;
  text: string;
  page: number;
  start: number;
}

/**
 * Cuts a document into passages of at most `maxBytes` (a short rest is added to the one before), at the ends of sentences.
 * None goes over a heading; one goes over a page's end only to finish its sentence. The document's text is its headings and
 * paragraphs joined by line ends; a passage is a slice of it.
 */
export function createPassageCutter(): PassageCutter {
  const { maxBytes, maxRestBytes, maxHeadingLength, maxHeadingDepth } = passageLimits;
  const passages: ParsedPassage[] = [];
  /** Of this section, the last to be closed; the next may be added to it. */
  let last: Open | null = null;
  let open: Open | null = null;
  let path: Heading[] = [];
  /** A heading nothing has followed yet. */
  let bare: Heading | null = null;
  let length = 0;

  const emit = ({ page, start, text }: Pick<Open, 'page' | 'start' | 'text'>) => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const from = start + text.indexOf(trimmed);
    const heading = path.map((each) => each.text).join(' › ');
    passages.push({ page, heading, start: from, end: from + trimmed.length, text: trimmed });
  };

  const close = () => {
    if (!open) return;
    if (last && last.page === open.page && open.bytes <= maxRestBytes) {
      last = { ...last, text: last.text + open.text, bytes: last.bytes + open.bytes };
    } else {
      if (last) emit(last);
      last = open;
    }
    open = null;
  };

  const endSection = () => {
    close();
    if (last) emit(last);
    last = null;
  };

  const add = (text: string, piece: Piece, page: number) => {
    if (open && open.page !== page && (open.endsSentence || open.isOverPage)) close();
    if (open && open.bytes + piece.bytes > maxBytes) close();
    open ??= { page, start: length + piece.start, text: '', bytes: 0, endsSentence: false, isOverPage: false };
    open.text += text.slice(piece.start, piece.end);
    open.bytes += piece.bytes;
    open.endsSentence = piece.endsSentence && hasEnded(open.text);
    open.isOverPage = open.page !== page;
  };

  return {
    heading(level, text, page) {
      endSection();
      const shown = clean(text).replaceAll(/\s+/g, ' ').trim().slice(0, maxHeadingLength).toWellFormed();
      // Its own words are all there is to find of a heading that stands alone.
      if (bare && level <= bare.level) emit(bare);
      bare = null;
      path = path.filter((above) => above.level < level).slice(0, maxHeadingDepth - 1);
      if (shown === '') return;
      const heading = { level, text: shown, page, start: length };
      length += shown.length + 1;
      // A title that is said again as the first heading counts once.
      if (path.at(-1)?.text !== shown) path.push(heading);
      bare = heading;
    },
    paragraph(text, page) {
      if (text.trim() === '') return;
      bare = null;
      const ended = `${clean(text)}\n`;
      for (const piece of cutAtSentences(ended, maxBytes)) add(ended, piece, page);
      length += ended.length;
    },
    finish() {
      endSection();
      if (bare) emit(bare);
      bare = null;
      return passages;
    },
    get length() {
      return length;
    },
  };
}

/** Of the same length: no control characters, and no halves of characters. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}--[\t\n]]/gv, ' ');
}

function hasEnded(text: string): boolean {
  return /[.!?:;…。！？]["'”’»)\]]*\s*$/.test(text.slice(-16));
}
