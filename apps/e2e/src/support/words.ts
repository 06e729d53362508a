/** Share of words that are wrong, missing or too many: edits of `heard` against `spoken`, by the length of `spoken`. */
export function wordErrorRate(spoken: string, heard: string): number {
  const reference = wordsOf(spoken);
  const hypothesis = wordsOf(heard);
  let previous = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [row, word] of reference.entries()) {
    const current = [row + 1];
    for (const [column, other] of hypothesis.entries()) {
      const substituted = previous[column]! + (word === other ? 0 : 1);
      current.push(Math.min(substituted, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
  }
  return previous.at(-1)! / reference.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}
