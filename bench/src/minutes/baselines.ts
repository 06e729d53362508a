import { UndirectedGraph } from 'graphology';
import pagerankModule from 'graphology-metrics/centrality/pagerank.js';

// The package's types say that the function is the default of what is the function itself.
const pagerank = pagerankModule as unknown as (typeof pagerankModule)['default'];

/** The beginning of what was said. */
export function lead(sentences: readonly string[], maxWords: number): string {
  return cut(sentences, maxWords);
}

/**
 * TextRank (Mihalcea and Tarau, 2004): sentences are nodes, edges weigh the words two have in common over the logarithms
 * of their lengths, and the highest by PageRank make the summary, in their order.
 */
export function textRank(sentences: readonly string[], maxWords: number): string {
  const graph = new UndirectedGraph();
  const words = sentences.map((sentence) => new Set(sentence.toLowerCase().match(/[\p{L}\p{N}']+/gu)));
  for (const index of words.keys()) graph.addNode(index);
  for (const [a, first] of words.entries()) {
    for (let b = a + 1; b < words.length; b += 1) {
      const second = words[b]!;
      const common = first.intersection(second).size;
      const lengths = Math.log(first.size) + Math.log(second.size);
      if (common > 0 && lengths > 0) graph.addEdge(a, b, { weight: common / lengths });
    }
  }
  const ranks = pagerank(graph, { getEdgeWeight: 'weight', maxIterations: 1000, tolerance: 1e-6 });
  const best = [...sentences.keys()].toSorted((a, b) => ranks[b]! - ranks[a]!);
  const chosen: number[] = [];
  for (let length = 0; length < maxWords && best.length > 0;) {
    const index = best.shift()!;
    chosen.push(index);
    length += countWords(sentences[index]!);
  }
  return cut(
    chosen.toSorted((a, b) => a - b).map((index) => sentences[index]!),
    maxWords,
  );
}

export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Whole sentences, the last one cut, so that all that are compared have the same number of words. */
function cut(sentences: readonly string[], maxWords: number): string {
  const words: string[] = [];
  let counted = 0;
  for (const word of sentences.join(' ').split(/\s+/)) {
    if (counted >= maxWords) break;
    words.push(word);
    if (/[\p{L}\p{N}]/u.test(word)) counted += 1;
  }
  return words.join(' ');
}
