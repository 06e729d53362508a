import { l, n } from 'js-rouge';
import { stemmer } from 'stemmer';

/** F1 of ROUGE-1 and ROUGE-L as usually reported: lower case, letters and digits only, words over three letters stemmed. */
export function rouge(summary: string, reference: string): { rouge1: number; rougeL: number } {
  if (tokens(summary).length === 0 || tokens(reference).length === 0) return { rouge1: 0, rougeL: 0 };
  return {
    rouge1: n(summary, reference, { n: 1, tokenizer: tokens }),
    // One sequence a text: what the authors of ROUGE call ROUGE-L, without the split into sentences of ROUGE-Lsum.
    rougeL: l(summary, reference, { tokenizer: tokens, segmenter: (text) => [text] }),
  };
}

function tokens(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.map((word) => (word.length > 3 ? stemmer(word) : word));
}
