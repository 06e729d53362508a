import type { MeetingDocument } from '@hansard/protocol';
import { bytes } from '../../format/bytes.ts';
import { strings } from '../../strings.ts';

/** What the server does with it, or what came of it, in one line. */
export function stateWords({ state, progress: { done, total }, passages }: MeetingDocument): string {
  const words = strings.documents;
  switch (state) {
    case 'parsing':
      return done > 0 ? words.reading(done, total) : words.states.parsing;
    case 'embedding':
      return done > 0 ? words.embedding(done, total) : words.states.embedding;
    case 'ready':
      return words.passages(passages);
    case 'waiting':
    case 'failed':
    case 'cancelled':
      return words.states[state];
  }
}

/** `PDF · 206 pages · 8.1 MB`, of these what is known. */
export function factWords({ kind, pages, bytes: size }: MeetingDocument): string {
  return [kind && strings.documents.kinds[kind], pages !== null && strings.documents.pages(pages), bytes(size)]
    .filter(Boolean)
    .join(' · ');
}
