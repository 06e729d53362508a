/** Whom words can mean among the people of a meeting. */
export interface People {
  /** The person's label where the text is their name or a part of it that is theirs alone; null for others. */
  named(text: string): string | null;
  /** Matches any of the names, for use inside an expression; null where nobody has one. */
  pattern: string | null;
}

const minNameLength = 3;
/** Parts of labels that name nobody. */
const notNames = new Set(
  'the and for mrs hon speaker participant unknown grad phd professor chair unidentified person guest user'.split(' '),
);

/** Names are looked for as they are written in the labels, and in lower case too where the transcript has no capitals. */
export function peopleOf(speakers: Iterable<string | null>, hasCapitals: boolean): People {
  const byName = new Map<string, string | null>();
  for (const speaker of new Set(speakers)) {
    if (speaker === null) continue;
    for (const name of new Set([speaker, speaker.toLowerCase(), ...partsOf(speaker, hasCapitals)])) {
      // A part that two people share names neither.
      byName.set(name, byName.has(name) && byName.get(name) !== speaker ? null : speaker);
    }
  }
  const names = [...byName].filter(([, speaker]) => speaker !== null).map(([name]) => name);
  const escaped = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`));
  return {
    named: (text) => byName.get(text.trim()) ?? null,
    pattern: escaped.length === 0 ? null : escaped.join('|'),
  };
}

/** Titles, constituencies and the like stand in parentheses. */
function partsOf(label: string, hasCapitals: boolean): string[] {
  const words = label.replace(/\([^)]*\)?/g, ' ').match(/\p{L}[\p{L}'’-]+/gu) ?? [];
  const names = words.filter((word) => word.length >= minNameLength && !notNames.has(word.toLowerCase()));
  return hasCapitals ? names : names.map((name) => name.toLowerCase());
}
