import { AppError } from '../../errors.ts';
import type { ChunkFraming } from './chunk.ts';
import { createDemuxer, type ContainerState } from './demuxer.ts';
import { oggStateAtPage } from './ogg-parser.ts';
import { createOggWriter } from './ogg-writer.ts';
import { initialTimeline } from './timeline.ts';
import { webmStateAtBlock } from './webm-state.ts';

/**
 * A whole Ogg/Opus file of one chunk, from the track's bytes [byteStart, byteEnd): it decodes alone to exactly
 * `framing.samples` samples of 48 kHz, in step with the decoded track. Nothing is transcoded. Throws `INTERNAL` where the
 * bytes are not the chunk's.
 */
export function buildChunkOgg(bytes: Uint8Array, framing: ChunkFraming): Uint8Array {
  const { head, firstIndex, packets: count, preSkip, samples } = framing;
  const demuxer = createDemuxer({ parser: stateAt(framing), timeline: initialTimeline() }, { keepPayloads: true });
  const found = [...demuxer.push(bytes, 0), ...demuxer.finish()];
  const first = found.findIndex(({ blockStart, indexInBlock }) => blockStart > 0 || indexInBlock >= firstIndex);
  const packets = found.slice(first, first + count);
  if (first < 0 || packets.length < count)
    throw new AppError('INTERNAL', 'The bytes given are not those of the chunk.');
  const writer = createOggWriter({ ...head, preSkip });
  const pages = writer.headers();
  for (const packet of packets) pages.push(...writer.add(packet.payload, packet.samples));
  pages.push(...writer.finish(preSkip + samples));
  return Buffer.concat(pages);
}

/** Offsets count from the chunk's first byte. */
function stateAt({ container, stream, head }: ChunkFraming): ContainerState {
  return container === 'webm'
    ? { container, ...webmStateAtBlock(stream, head) }
    : { container, ...oggStateAtPage(stream, head) };
}
