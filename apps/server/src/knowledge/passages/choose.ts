import type { ParsedPassage } from '../contract.ts';

/** Words of a passage that are looked at: more than its bound in bytes can have, but for a made-up text. */
const maxWords = 200;

/**
 * At most `max` of a document's passages, in its order, that cover the whole of it: first one of each section, as far as they go (evenly
 * spread over the document where there are too many), then more of the long ones, in proportion. Within a section they are spread evenly, each
 * the one of its neighbourhood with the most words that those before it do not have.
 */
export function choosePassages(passages: readonly ParsedPassage[], max: number): ParsedPassage[] {
  if (passages.length <= max) return [...passages];
  const sections = spread(sectionsOf(passages), max);
  const shares = shareOut(
    sections.map((section) => section.length),
    max,
  );
  const seen = new Set<string>();
  return sections.flatMap((section, index) =>
    neighbourhoods(section, shares[index]!).map((near) => mostNew(near, seen)),
  );
}

function sectionsOf(passages: readonly ParsedPassage[]): ParsedPassage[][] {
  const sections: ParsedPassage[][] = [];
  for (const passage of passages) {
    const section = sections.at(-1);
    if (section?.[0]!.heading === passage.heading) section.push(passage);
    else sections.push([passage]);
  }
  return sections;
}

/** `count` items at even distances, the first and all where there are fewer. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}

/** One for each, and the rest of `total` in proportion to size; no share is larger than its size. */
function shareOut(sizes: readonly number[], total: number): number[] {
  const spare = sizes.map((size) => size - 1);
  const all = spare.reduce((sum, each) => sum + each, 0);
  const rest = Math.min(total - sizes.length, all);
  let before = 0;
  // Rounds the running sum, so that shares add up to the total and no place in the document is favoured.
  return spare.map((each) => {
    const from = all === 0 ? 0 : Math.floor((before * rest) / all);
    before += each;
    return 1 + (all === 0 ? 0 : Math.floor((before * rest) / all)) - from;
  });
}

function neighbourhoods(section: readonly ParsedPassage[], count: number): ParsedPassage[][] {
  const edge = (index: number) => Math.floor((index * section.length) / count);
  return Array.from({ length: count }, (_, index) => section.slice(edge(index), edge(index + 1)));
}

function mostNew(near: readonly ParsedPassage[], seen: Set<string>): ParsedPassage {
  let best = { passage: near[0]!, fresh: [] as string[] };
  for (const passage of near) {
    const fresh = [...wordsOf(passage.text)].filter((word) => !seen.has(word));
    if (fresh.length > best.fresh.length) best = { passage, fresh };
  }
  for (const word of best.fresh) seen.add(word);
  return best.passage;
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, maxWords));
}
