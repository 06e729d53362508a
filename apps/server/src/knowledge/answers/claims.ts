import { codeSpan, type Citation } from '@hansard/protocol';
import { sentencesOf } from './sentences.ts';
import { quoteFor, type Source } from './sources.ts';

/** What stands behind a claim that no passage given is cited for. */
const unsourced = '[?]';

/** `[1]`, `[1, 2]`, `[2–4]`, `【1†source】`, `[^1]`; an index as in `argv[1]` is none where it is marked as code. */
const reference = /[^\S\n]*(?:\[\^?(?:passages?\s+)?\p{N}[\p{N}\s,;–-]*\]|【[^】]*】)/giu;
const openReference = /(?:\[\^?(?:p[a-z]*\s*)?[\p{N}\s,;–-]*|【[^】]*)$/u;
/** Code that is still being written. */
const openCode = /`[^`\n]*$/;
/** Of `[2–4]`. */
const maxRange = 50;

export interface ClaimReader {
  /** Takes what was written, in pieces of any size; gives the claims that are finished, checked, to be shown. */
  push(text: string): string;
  /** The rest. */
  end(): string;
  citations(): Citation[];
  /** Claims read, and of these the ones with a source. */
  counts(): { claims: number; sourced: number };
}

/**
 * Reads a model's answer and checks its citations against the sources it was given, by their numbers from 1. A number that
 * isn't there is dropped and its claim marked `[?]`, as is a claim that cites nothing. What stays is numbered anew: `[n]` is
 * the n-th citation, which quotes the words of the source that are nearest to the claim.
 */
export function createClaimReader(sources: readonly Source[]): ClaimReader {
  const citations: Citation[] = [];
  const numbers = new Map<string, number>();
  let buffer = '';
  let claims = 0;
  let sourced = 0;

  const cite = (source: Source, claim: string): number => {
    const citation = citationOf(source, claim);
    const key = JSON.stringify(citation);
    const number = numbers.get(key) ?? citations.push(citation);
    numbers.set(key, number);
    return number;
  };

  const sourcesOf = (found: string) => [...new Set(numbersIn(found))].map((number) => sources[number - 1]);

  const check = (sentence: string): string => {
    const plain = outsideCode(sentence, withoutReferences);
    if (!/[\p{L}\p{N}]/u.test(plain)) return plain;
    let valid = 0;
    let missing = 0;
    const sourcedOnly = (text: string) =>
      text.replaceAll(reference, (found) => {
        const isNone = sourcesOf(found).every((source) => source === undefined);
        if (isNone) missing += 1;
        return isNone ? '' : found;
      });
    const renumbered = (text: string) =>
      text.replaceAll(reference, (found) => {
        const given = sourcesOf(found);
        const known = given.filter((source) => source !== undefined);
        missing += given.length - known.length;
        valid += known.length;
        const marks = new Set(known.map((source) => cite(source, plain)));
        return ` ${[...marks].map((number) => `[${number}]`).join('')}`;
      });
    const shown = outsideCode(sentence, (text) => renumbered(untilSame(text, sourcedOnly)));
    claims += 1;
    if (valid > 0) sourced += 1;
    if (valid > 0 && missing === 0) return shown;
    const text = shown.trimEnd();
    return `${text} ${unsourced}${shown.slice(text.length)}`;
  };

  return {
    push(text) {
      buffer += text;
      const pieces = sentencesOf(buffer, hidden(buffer, openCode));
      buffer = pieces.pop() ?? '';
      // Whether a sentence ends is known once the next has a letter: `etc. (5` may go on.
      if (!/\p{L}/u.test(hidden(buffer))) buffer = (pieces.pop() ?? '') + buffer;
      return pieces.map(check).join('');
    },
    end() {
      const rest = sentencesOf(buffer, hidden(buffer)).map(check).join('');
      buffer = '';
      return rest;
    },
    citations: () => citations,
    counts: () => ({ claims, sourced }),
  };
}

/**
 * The text with code and each reference, the last of which may be unfinished, as soft hyphens: to these, sentence
 * boundaries are blind, so that code stays whole and a reference behind the full stop stays with its sentence.
 */
function hidden(text: string, unfinished = /(?!)/): string {
  return text
    .replaceAll(codeSpan, blank)
    .replace(unfinished, blank)
    .replaceAll(new RegExp(`${reference.source}|${openReference.source}`, 'giu'), (found) =>
      found.replaceAll(/\S/g, blank),
    );
}

const blank = (text: string): string => '\u00ad'.repeat(text.length);

/** Where one is taken out of another, as of `[[9]1]`, what is left may be one. */
function untilSame(text: string, change: (text: string) => string): string {
  let before;
  do {
    before = text;
    text = change(text);
  } while (text !== before);
  return text;
}

const withoutReferences = (text: string): string => untilSame(text, (rest) => rest.replaceAll(reference, ''));

function numbersIn(found: string): number[] {
  const [, inner = ''] = /[[【]([^\]】†]*)/u.exec(found) ?? [];
  return [...inner.matchAll(/(\p{N}+)(?:\s*[–-]\s*(\p{N}+))?/gu)].flatMap(([, from, to]) => {
    const first = Number(from);
    const last = Math.min(to === undefined ? first : Number(to), first + maxRange);
    return Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => first + index);
  });
}

function outsideCode(text: string, change: (plain: string) => string): string {
  const spans = text.match(codeSpan) ?? [];
  return text
    .split(codeSpan)
    .map((plain, index) => change(plain) + (spans[index] ?? ''))
    .join('');
}

/** Where a claim is from. */
export function citationOf(source: Source, claim: string): Citation {
  const { meetingId, meetingTitle, document, page } = source;
  const { text: quote, line } = quoteFor(claim, source);
  return {
    meetingId,
    meetingTitle,
    ...(document && { documentId: document.id, documentName: document.name }),
    ...(page !== null && { page }),
    ...(line && { segmentId: line.id, startMs: line.startMs }),
    ...(line?.speaker && { speaker: line.speaker }),
    quote,
  };
}
