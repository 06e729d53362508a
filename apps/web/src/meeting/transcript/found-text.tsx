import { splitAt } from './find.ts';

/** A text with every occurrence of what is looked for marked. */
export function FoundText({ text, find }: { text: string; find: string }) {
  if (find === '') return text;
  return splitAt(text, find).map(({ at, piece, found }) =>
    found ? <mark key={at}>{piece}</mark> : <span key={at}>{piece}</span>,
  );
}
