const onsets = [
  'b',
  'br',
  'd',
  'f',
  'fl',
  'g',
  'h',
  'k',
  'l',
  'm',
  'n',
  'p',
  'pr',
  'r',
  's',
  'st',
  't',
  'tr',
  'v',
  'w',
];
const vowels = ['a', 'e', 'i', 'o', 'u', 'ea', 'ou'];
const codas = ['', 'n', 'r', 's', 't', 'l', 'nd', 'ng'];

const size = 8000;

/** Made-up words, the frequent ones short, and a way to draw them as often as people use words (Zipf's law). */
export function createVocabulary(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const syllable = () => pick(onsets) + pick(vowels) + pick(codas);
  const distinct = new Set<string>();
  while (distinct.size < size) {
    const syllables = distinct.size < 200 ? 1 : distinct.size < 3000 ? 2 : 3;
    distinct.add(Array.from({ length: syllables }, syllable).join(''));
  }
  const words = [...distinct];
  /** Drawn so that the n-th word comes about 1/n as often as the first. */
  const draw = () => words[Math.floor(size ** random()) - 1]!;
  return { words, draw, sentence: (length: number) => Array.from({ length }, draw).join(' ') };
}
