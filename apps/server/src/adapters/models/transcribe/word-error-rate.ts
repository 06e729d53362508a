/** Share of the said words that were heard wrong, left out or made up, for tests. Case and punctuation don't count. */
export function wordErrorRate(said: string, heard: string): number {
  const [expected, actual] = [wordsOf(said), wordsOf(heard)];
  let row = actual.map((_, index) => index + 1);
  for (const [index, word] of expected.entries()) {
    let diagonal = index;
    let left = index + 1;
    row = row.map((above, column) => {
      const cost = Math.min(diagonal + (actual[column] === word ? 0 : 1), above + 1, left + 1);
      diagonal = above;
      left = cost;
      return cost;
    });
  }
  return (row.at(-1) ?? expected.length) / expected.length;
}

const wordsOf = (text: string) => text.toLowerCase().match(/[a-z']+/g) ?? [];
