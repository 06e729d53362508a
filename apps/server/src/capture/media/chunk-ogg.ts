import { AppError } from '../../errors.ts';
import type { ChunkFraming } from './chunk.ts';
import { Demuxer, type ContainerState } from './demuxer.ts';
import { oggStateAtPage } from './ogg-parser.ts';
import { asBuffer, createOggWriter, maxPageBodyBytes } from './ogg-writer.ts';
import { createRecycledPackets, type Packet } from './packet.ts';
import { createScratch } from './scratch.ts';
import { initialTimeline } from './timeline.ts';
import { webmStateAtBlock } from './webm-state.ts';

// Chunks are made one after the other, each in one go, hundreds a second: what is only needed meanwhile is theirs together.
const recycled = createRecycledPackets();
const staging = Buffer.allocUnsafeSlow(maxPageBodyBytes);
const scratch = createScratch();

/**
 * A whole Ogg/Opus file of one chunk, from the track's bytes [byteStart, byteEnd): it decodes alone to exactly
 * `framing.samples` samples of 48 kHz, in step with the decoded track. Nothing is transcoded. Throws `INTERNAL` where the
 * bytes are not the chunk's. It is put into `memory` where it fits there.
 */
export function buildChunkOgg(bytes: Uint8Array, framing: ChunkFraming, memory?: Uint8Array): Uint8Array {
  const { head, firstIndex, packets: count, preSkip, samples } = framing;
  // A packet of Ogg may run over a page's header; one of WebM lies in one piece, and is copied from there.
  const keepPayloads = framing.container === 'ogg';
  const demuxer = new Demuxer(
    { parser: stateAt(framing), timeline: initialTimeline() },
    // Packets that are kept would keep their payloads.
    keepPayloads ? { keepPayloads } : { packets: recycled },
  );
  const source = asBuffer(bytes);
  scratch.begin();
  const writer = createOggWriter({ ...head, preSkip }, { staging, allocate: scratch.allocate });
  writer.headers();
  let written = 0;
  const write = (packets: readonly Packet[]): void => {
    for (const { blockStart, indexInBlock, byteStart, byteEnd, samples: length, payload } of packets) {
      if (written === count || (written === 0 && blockStart === 0 && indexInBlock < firstIndex)) continue;
      if (keepPayloads) writer.add(length, asBuffer(payload));
      else writer.add(length, source, byteStart, byteEnd);
      written += 1;
    }
  };
  write(demuxer.push(bytes, 0));
  write(demuxer.finish());
  if (written < count) throw new AppError('INTERNAL', 'The bytes given are not those of the chunk.');
  writer.finish(preSkip + samples);
  return scratch.copy(memory);
}

/** What is mostly enough for the Ogg of so many bytes of WebM: a page's header each second, a byte or two for each packet. */
export const oggBytes = (bytes: number): number => bytes + 2048;

/** Offsets count from the chunk's first byte. */
function stateAt({ container, stream, head }: ChunkFraming): ContainerState {
  return container === 'webm'
    ? { container, ...webmStateAtBlock(stream, head) }
    : { container, ...oggStateAtPage(stream, head) };
}
