import type { SearchHit } from '@hansard/protocol';
import { excerpt } from './excerpt.ts';

/** A line with the searched words marked, cut so that the first of them is in view. */
export function Marked({ text, marks }: Pick<SearchHit, 'text' | 'marks'>) {
  return excerpt(text, marks).map(({ at, piece, marked }) =>
    marked ? <mark key={at}>{piece}</mark> : <span key={at}>{piece}</span>,
  );
}
