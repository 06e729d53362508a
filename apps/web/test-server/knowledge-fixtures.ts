import type { AskReply, Citation, MeetingDocument } from '@hansard/protocol';
import { now } from './fixtures.ts';

export function makeDocument(number: number, change: Partial<MeetingDocument> = {}): MeetingDocument {
  return {
    id: `d${number}`,
    meetingId: 'm2',
    name: `spec-${number}.pdf`,
    kind: 'pdf',
    bytes: 8_493_466,
    state: 'ready',
    progress: { done: 0, total: null },
    pages: 206,
    passages: 500,
    leftOut: null,
    error: null,
    createdAt: now + number,
    ...change,
  };
}

/** One document in each state that there is. */
export const documentsInAllStates: MeetingDocument[] = [
  makeDocument(1, {
    leftOut: {
      passages: 640,
      pages: 0,
      message: 'Answers are made from 500 of its 1,140 passages, spread over the whole document.',
    },
  }),
  makeDocument(2, { state: 'waiting', kind: null, pages: null, passages: 0 }),
  makeDocument(3, { state: 'parsing', passages: 0, progress: { done: 4, total: 31 } }),
  makeDocument(4, { state: 'embedding', name: 'notes.md', kind: 'markdown', progress: { done: 96, total: 143 } }),
  makeDocument(5, {
    state: 'failed',
    name: 'a-name-without-a-single-place-at-which-it-could-be-broken-in-two.docx',
    passages: 0,
    error: { code: 'UNREADABLE', message: 'The file is encrypted. Remove its password and add it again.' },
  }),
  makeDocument(6, { state: 'cancelled', kind: null, pages: null, passages: 0 }),
  makeDocument(7, {
    name: 'annex.pdf',
    pages: 2,
    passages: 0,
    leftOut: { passages: 9, pages: 0, message: 'A meeting’s documents have 1,000 passages at most.' },
  }),
];

const inMeeting = { meetingId: 'm2', meetingTitle: 'Weekly stand-up 2' };
const ofPage: Citation = {
  ...inMeeting,
  documentId: 'd1',
  documentName: 'spec-1.pdf',
  page: 4,
  quote: 'The export is optional in the first release.',
};
const ofLine: Citation = {
  ...inMeeting,
  segmentId: 'm2-s500',
  startMs: 2_938_635,
  speaker: 'Secretary',
  quote: 'I would rather keep the date and leave the export out.',
};

export const writtenReply: AskReply = {
  answer:
    'The release keeps its date, and the export is left out of it. [2] The specification allows that. [1]\nIt was also said that customers agreed. [?]',
  citations: [ofPage, ofLine],
  answered: true,
  engine: 'groq',
  fallbackReason: null,
};

export const quotedReply: AskReply = {
  answer: `“${ofPage.quote}” [1]\n“${ofLine.quote}” [2]`,
  citations: [ofPage, ofLine],
  answered: true,
  engine: 'quotes',
  fallbackReason: null,
};

export const refusal: AskReply = {
  answer: 'Nothing in the documents or in what was said answers this.',
  citations: [],
  answered: false,
  engine: 'quotes',
  fallbackReason: null,
};
