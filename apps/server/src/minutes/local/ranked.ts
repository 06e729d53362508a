/** What a search through the sentences found. */
export interface Found {
  text: string;
  stems: readonly string[];
  /** Indices of the sentences that it was made from. */
  sentences: number[];
  /** How sure it is. */
  score: number;
}

/** Two texts that share so much of their stems say the same. */
const sameShare = 0.6;

/** The `max` surest, each thing once, in the order in which they were said. */
export function ranked<T extends Found>(found: readonly T[], max: number): T[] {
  const kept: T[] = [];
  for (const item of found.toSorted((a, b) => b.score - a.score || a.sentences[0]! - b.sentences[0]!)) {
    if (kept.length === max) break;
    if (!kept.some((other) => overlap(item.stems, other.stems) >= sameShare)) kept.push(item);
  }
  return kept.toSorted((a, b) => a.sentences[0]! - b.sentences[0]!);
}

function overlap(a: readonly string[], b: readonly string[]): number {
  const first = new Set(a);
  const second = new Set(b);
  const common = first.intersection(second).size;
  return common / Math.max(1, Math.min(first.size, second.size));
}
