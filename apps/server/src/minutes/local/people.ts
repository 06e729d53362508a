import type { Sentence } from './sentences.ts';

/** Whom words can mean among the people of a meeting. */
export interface People {
  /** The person's label where the text is their name or a part of it that is theirs alone; null for others. */
  named(text: string): string | null;
  /** Whether a capitalised word is a name, of somebody who need not have spoken. */
  isName(word: string): boolean;
  /** Matches any of the names, for use inside an expression; null where nobody has one. */
  pattern: string | null;
}

const minNameLength = 3;
/** Parts of labels that name nobody. */
const notNames = new Set(
  'the and for mrs hon speaker participant unknown grad phd professor chair unidentified person guest user'.split(' '),
);

/**
 * Names are looked for as they are written in the labels; where the transcript has no capitals, in lower case. What is
 * also said in lower case is a word, and no name.
 */
export function* peopleOf(sentences: readonly Sentence[]): Generator<number, People> {
  const written = new Set<string>();
  for (const [index, { text }] of sentences.entries()) {
    for (const word of text.match(/\p{L}[\p{L}'’-]*/gu) ?? []) written.add(word);
    if (index % 20 === 0) yield index / sentences.length;
  }
  const hasCapitals = written.values().some((word) => /^\p{Lu}\p{Ll}/u.test(word));
  const isName = (word: string) => hasCapitals && !written.has(word.toLowerCase());
  const byName = new Map<string, string | null>();
  for (const speaker of new Set(sentences.map(({ speaker }) => speaker))) {
    if (speaker === null) continue;
    const parts = partsOf(speaker).map((part) => (hasCapitals ? part : part.toLowerCase()));
    const names = parts.filter((part) => !hasCapitals || isName(part));
    for (const name of new Set([speaker, speaker.toLowerCase(), ...names])) {
      // A part that two people share names neither.
      byName.set(name, byName.has(name) && byName.get(name) !== speaker ? null : speaker);
    }
  }
  // Labels can be long and many: only those whose every word was said are looked for.
  const isSaid = (name: string) => (name.match(/\p{L}[\p{L}'’-]*/gu) ?? []).every((word) => written.has(word));
  const names = [...byName].filter(([name, speaker]) => speaker !== null && isSaid(name)).map(([name]) => name);
  const escaped = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`));
  return {
    isName,
    named: (text) => byName.get(text.trim()) ?? null,
    pattern: escaped.length === 0 ? null : escaped.join('|'),
  };
}

/** Titles, constituencies and the like stand in parentheses. */
function partsOf(label: string): string[] {
  const words = label.replace(/\([^)]*\)?/g, ' ').match(/\p{L}[\p{L}'’-]+/gu) ?? [];
  return words.filter((word) => word.length >= minNameLength && !notNames.has(word.toLowerCase()));
}
