import { setImmediate as turn } from 'node:timers/promises';
import { assemble } from './assemble.ts';
import { layoutOf } from './footer.ts';
import { mergeWords } from './pack-words.ts';
import type { Segment } from './segment.ts';
import { joinBlocks } from './text-blocks.ts';

/** The passages of `b` behind those of `a`; neither texts nor vectors are gone through again. */
export function mergeSegments(a: Segment, b: Segment): Segment {
  const [x, y] = [layoutOf(a.footer), layoutOf(b.footer)];
  const lengths = new Uint16Array(a.footer.count + b.footer.count);
  for (let row = 0; row < lengths.length; row++) {
    lengths[row] = row < a.footer.count ? a.wordsIn(row) : b.wordsIn(row - a.footer.count);
  }
  return assemble(a.footer, {
    steps: Buffer.concat([a.packed.subarray(x.steps, x.lengths), b.packed.subarray(y.steps, y.lengths)]),
    lengths,
    codes: Buffer.concat([a.packed.subarray(x.codes, x.dictionary), b.packed.subarray(y.codes, y.dictionary)]),
    packedWords: mergeWords(a, b),
    blocks: joinBlocks(a.blocks(), b.blocks()),
  });
}

/** All behind each other, pair by pair, so that each is gone through a few times only; others have their turn in between. */
export async function mergeAll(segments: readonly [Segment, ...Segment[]]): Promise<Segment> {
  let left: [Segment, ...Segment[]] = [...segments];
  while (left.length > 1) {
    const merged: Segment[] = [];
    for (let index = 0; index < left.length; index += 2) {
      const [a, b] = [left[index]!, left[index + 1]];
      merged.push(b ? mergeSegments(a, b) : a);
      await turn();
    }
    left = [merged[0]!, ...merged.slice(1)];
  }
  return left[0];
}
