const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Ends in a short form or an initial: what follows belongs to the same sentence. */
const endsInShortForm =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|p|pp|vs|cf|approx|ca|bzw|z\.\s?B|e\.g|i\.e|\p{Lu})\.\s*$/u;

/**
 * The text in sentences, nothing left out. A mark of a list (`2.`) goes with what follows.
 * @param seen the same text with what boundaries are to be blind to replaced, character by character
 */
export function sentencesOf(text: string, seen = text): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment, index } of segmenter.segment(seen)) {
    open += text.slice(index, index + segment.length);
    const isListMark = /^\s*(?:\p{N}{1,3}[.)]|[-*•])\s*$/u.test(open);
    if (isListMark || endsInShortForm.test(open)) continue;
    sentences.push(open);
    open = '';
  }
  return open === '' ? sentences : [...sentences, open];
}
