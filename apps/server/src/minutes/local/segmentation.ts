/** A run of sentences [from, to) and the stems said in it. */
export interface Block {
  from: number;
  to: number;
  stems: string[];
}

/** Boundaries are looked for between blocks: as fine as this, or coarser so that there are at most `maxBlocks`. */
const minBlockStems = 12;
const maxBlocks = 300;

export function blocksOf(stemsOfSentences: readonly (readonly string[])[]): Block[] {
  const total = stemsOfSentences.reduce((sum, stems) => sum + stems.length, 0);
  const size = Math.max(minBlockStems, total / maxBlocks);
  const blocks: Block[] = [];
  let open: Block = { from: 0, to: 0, stems: [] };
  for (const [index, stems] of stemsOfSentences.entries()) {
    open.stems.push(...stems);
    open.to = index + 1;
    if (open.stems.length >= size || index === stemsOfSentences.length - 1) {
      blocks.push(open);
      open = { from: index + 1, to: index + 1, stems: [] };
    }
  }
  return blocks;
}

/**
 * First blocks of the segments, so that the stems are most probable when each segment has a distribution of its own
 * (Utiyama and Isahara, 2001: add-one smoothing, and the price of a segment is the logarithm of the number of stems).
 * Where that gives more than `maxSegments`, segments are made dearer.
 */
export function* divide(blocks: readonly Block[], maxSegments: number): Generator<number, number[]> {
  const total = blocks.reduce((sum, { stems }) => sum + stems.length, 0);
  const vocabulary = new Set(blocks.flatMap(({ stems }) => stems)).size;
  const costs: Float64Array[] = [];
  for (let from = 0; from < blocks.length; from += 1) {
    costs.push(costsFrom(blocks, from, vocabulary));
    yield (0.9 * from) / blocks.length;
  }
  let starts: number[] = [];
  for (let price = Math.log(Math.max(2, total)); ; price *= 1.5) {
    starts = cheapest(costs, price);
    if (starts.length <= maxSegments) return starts;
    yield 0.9;
  }
}

/** The negative logarithm of the probability of blocks [from, to], for each `to`. */
function costsFrom(blocks: readonly Block[], from: number, vocabulary: number): Float64Array {
  const costs = new Float64Array(blocks.length);
  const counts = new Map<string, number>();
  let said = 0;
  let saved = 0;
  for (let to = from; to < blocks.length; to += 1) {
    for (const stem of blocks[to]!.stems) {
      const count = counts.get(stem) ?? 0;
      saved += (count + 1) * Math.log(count + 2) - count * Math.log(count + 1);
      counts.set(stem, count + 1);
      said += 1;
    }
    costs[to] = said * Math.log(said + vocabulary) - saved;
  }
  return costs;
}

function cheapest(costs: readonly Float64Array[], price: number): number[] {
  const best = new Float64Array(costs.length + 1).fill(Infinity);
  const cameFrom = new Int32Array(costs.length + 1);
  best[0] = 0;
  for (let from = 0; from < costs.length; from += 1) {
    for (let to = from; to < costs.length; to += 1) {
      const cost = best[from]! + costs[from]![to]! + price;
      if (cost < best[to + 1]!) [best[to + 1], cameFrom[to + 1]] = [cost, from];
    }
  }
  const starts: number[] = [];
  for (let end = costs.length; end > 0; end = cameFrom[end]!) starts.unshift(cameFrom[end]!);
  return starts;
}
