import { AppError } from '../../errors.ts';
import { createByteWriter } from './bytes.ts';
import type { RoomShape } from './contract.ts';
import { footerBytes, layoutOf, writeFooter, type Footer } from './footer.ts';
import { roomIndexLimits } from './limits.ts';
import type { PackedWords } from './pack-words.ts';
import { openSegment, type Segment } from './segment.ts';
import { directoryOf, type Block } from './text-blocks.ts';

export type Shape = RoomShape & Pick<Footer, 'seed' | 'lineage'>;

/** What a segment is put together from, in the order in which it lies there. */
export interface Parts {
  /** 32 bits for each passage, as bytes; none in a room without vectors. */
  steps: Uint8Array;
  /** Words of each passage. */
  lengths: Uint16Array;
  codes: Uint8Array;
  packedWords: PackedWords;
  blocks: Block[];
}

export function assemble({ dims, bits, seed, lineage }: Shape, parts: Parts): Segment {
  const { steps, lengths, codes, packedWords, blocks } = parts;
  const { dictionary, postings } = packedWords;
  const texts = createByteWriter();
  for (const { deflated } of blocks) texts.put(deflated);
  const fields = {
    ...{ dims, bits, seed, lineage },
    count: lengths.length,
    words: lengths.reduce((sum, length) => sum + length, 0),
    dictionaryBytes: dictionary.length,
    postingsBytes: postings.length,
    blocks: blocks.length,
    textBytes: texts.length,
  };
  const packedBytes = layoutOf(fields).footer + footerBytes;
  if (packedBytes > roomIndexLimits.maxPackedBytes) {
    throw new AppError('TOO_LARGE', `A room’s index has at most ${roomIndexLimits.maxPackedBytes} bytes.`);
  }
  const packed = new Uint8Array(packedBytes);
  const lengthBytes = new Uint8Array(lengths.buffer, lengths.byteOffset, lengths.byteLength);
  let at = 0;
  for (const part of [steps, lengthBytes, codes, dictionary, postings, directoryOf(blocks), texts.bytes()]) {
    packed.set(part, at);
    at += part.length;
  }
  writeFooter(packed, { ...fields, packedBytes });
  return openSegment(packed);
}
