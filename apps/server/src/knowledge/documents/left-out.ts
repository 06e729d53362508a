import type { MeetingDocument } from '@hansard/protocol';
import { documentLimits } from './limits.ts';

/** What a document's row says of what is missing; the sentence for people is made of it. */
export interface LeftOut {
  passages: number;
  pages: number;
  /** Whether the meeting's other documents took the place. */
  meetingFull: boolean;
  /** No model gave vectors yet. */
  withoutVectors: boolean;
}

/** Null where nothing was. */
export function leftOutOrNull(leftOut: LeftOut): LeftOut | null {
  return leftOut.passages > 0 || leftOut.pages > 0 || leftOut.withoutVectors ? leftOut : null;
}

export function toLeftOut(leftOut: LeftOut, taken: number): NonNullable<MeetingDocument['leftOut']> {
  const { passages, pages, meetingFull, withoutVectors } = leftOut;
  const sentences: string[] = [];
  if (pages > 0) sentences.push(`The last ${pages === 1 ? 'page was' : `${count(pages)} pages were`} not read.`);
  if (passages > 0) {
    const why = meetingFull
      ? `, since a meeting’s documents have ${count(documentLimits.maxPassagesPerMeeting)} at most`
      : '';
    sentences.push(
      `Answers are made from ${count(taken)} of its ${count(taken + passages)} passages, spread over the whole document${why}.`,
    );
  }
  if (withoutVectors) {
    sentences.push('It is found by its words alone: the embedding model did not answer. It is asked again later.');
  }
  return { passages, pages, message: sentences.join(' ') };
}

const count = (number: number): string => number.toLocaleString('en-GB');
