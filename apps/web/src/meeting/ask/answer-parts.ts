import { codeSpan } from '@hansard/protocol';

export type AnswerPart =
  | { kind: 'text'; text: string }
  /** From 1. */
  | { kind: 'source'; number: number }
  /** The source that was named for what stands before it is none. */
  | { kind: 'unsupported' };

/** Code, in which there are none, or a mark. */
const codeOrMark = new RegExp(`${codeSpan.source}|\\s*\\[(\\d{1,3}|\\?)\\]`, 'g');
/** A mark that is still being written. */
const openMark = /\s*\[\d{0,3}$/;

/** An answer in paragraphs, each in pieces of text and the marks between them. `writing`: there is more to come. */
export function answerParts(answer: string, writing = false): AnswerPart[][] {
  return (writing ? answer.replace(openMark, '') : answer)
    .split(/\n+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map(partsOf);
}

function partsOf(paragraph: string): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let from = 0;
  for (const { 0: mark, 1: inner, index } of paragraph.matchAll(codeOrMark)) {
    if (inner === undefined) continue;
    if (index > from) parts.push({ kind: 'text', text: paragraph.slice(from, index) });
    parts.push(inner === '?' ? { kind: 'unsupported' } : { kind: 'source', number: Number(inner) });
    from = index + mark.length;
  }
  if (from < paragraph.length) parts.push({ kind: 'text', text: paragraph.slice(from) });
  return parts;
}
