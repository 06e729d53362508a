import { stemmer } from 'stemmer';

/** Letters of a word that count; longer ones are cut. */
const maxLetters = 24;

/** Scripts that put no spaces between words: of these every two neighbouring letters are a word. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const pieces = new RegExp(`${unspaced.source}+|(?:(?!${unspaced.source})[\\p{L}\\p{N}\\p{M}])+`, 'gu');

/** The words of a text as they are indexed and looked up: without case, accents and English endings. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [piece] of fold(text).matchAll(pieces)) {
    if (unspaced.test(piece)) words.push(...pairsOf(piece));
    else words.push(/^[a-z]{3,}$/.test(piece) ? stemmer(piece.slice(0, maxLetters)) : cut(piece));
  }
  return words;
}

function fold(text: string): string {
  const plain = text.replaceAll(/['’]/g, '');
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(plain)) return plain.toLowerCase();
  return plain
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase();
}

function pairsOf(piece: string): string[] {
  const letters = Array.from(piece);
  if (letters.length === 1) return letters;
  return letters.slice(1).map((letter, index) => letters[index]! + letter);
}

function cut(word: string): string {
  return word.length <= maxLetters ? word : Array.from(word).slice(0, maxLetters).join('');
}
