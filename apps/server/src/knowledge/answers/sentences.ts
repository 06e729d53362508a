const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Ends in a short form or an initial: what follows belongs to the same sentence. */
const endsInShortForm =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|p|pp|vs|cf|approx|ca|bzw|z\.\s?B|e\.g|i\.e|\p{Lu})\.\s*$/u;

/** The text in sentences, nothing left out. A mark of a list (`2.`) goes with what follows. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of segmenter.segment(text)) {
    open += segment;
    const isListMark = /^\s*(?:\p{N}{1,3}[.)]|[-*•])\s*$/u.test(open);
    if (isListMark || endsInShortForm.test(open)) continue;
    sentences.push(open);
    open = '';
  }
  return open === '' ? sentences : [...sentences, open];
}
