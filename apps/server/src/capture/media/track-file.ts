import { AppError } from '../../errors.ts';
import { Demuxer, initialDemuxerState } from './demuxer.ts';
import { asBuffer, createOggWriter, type OggWriter } from './ogg-writer.ts';
import { maxSilencePacketSamples, silencePacket, silenceStepSamples } from './opus.ts';
import type { Packet } from './packet.ts';

export interface TrackFileOptions {
  mimeType: string;
  /** The whole track in order, cut anywhere. */
  bytes: AsyncIterable<Uint8Array | LostBytes>;
}

/** In the place of bytes that the disk has lost. */
export interface LostBytes {
  lostBytes: number;
}

/** Pages given out together, so that a long silence is not one piece of megabytes. */
const maxBatchBytes = 64 * 1024;

/**
 * The whole track as one Ogg/Opus file: exact duration, seekable, time in the file is the track's time (where the track's
 * clock jumped, or bytes are lost, there is silence). Rewritten as it flows, nothing transcoded, in constant memory: one page and one piece
 * of the input. Throws `UNSUPPORTED_MEDIA` where there is no sound in it.
 *
 * Ogg rather than WebM with Cues, because a player finds its way by bisection and the duration from the last page: no
 * index has to be known before the first byte is written, and none grows with the track.
 */
export async function* createTrackFile({ mimeType, bytes }: TrackFileOptions): AsyncGenerator<Uint8Array, void, void> {
  const demuxer = new Demuxer(initialDemuxerState(mimeType), { keepPayloads: true });
  let writer: OggWriter | null = null;
  let end = 0;
  let offset = 0;
  const write = function* (packets: readonly Packet[]): Generator<Uint8Array, void, void> {
    for (const packet of packets) {
      if (!writer) {
        writer = createOggWriter(demuxer.head!);
        yield* writer.headers();
      }
      yield* writeSilence(writer, packet.jumpSamples, demuxer.head!.channels);
      yield* page(writer.add(packet.samples, asBuffer(packet.payload)));
      end = packet.timeSample + packet.samples - packet.discardSamples;
    }
  };
  for await (const piece of bytes) {
    if ('lostBytes' in piece) {
      offset += piece.lostBytes;
      yield* inBatches(write(demuxer.lose(offset)));
    } else {
      yield* inBatches(write(demuxer.push(piece, offset)));
      offset += piece.length;
    }
  }
  yield* inBatches(write(demuxer.finish()));
  if (!writer) throw demuxer.refused ?? new AppError('UNSUPPORTED_MEDIA', 'The track has no sound in it.');
  yield (writer as OggWriter).finish(end);
}

function* writeSilence(writer: OggWriter, samples: number, channels: number): Generator<Uint8Array, void, void> {
  const longest = asBuffer(silencePacket(maxSilencePacketSamples, channels));
  let left = samples;
  for (; left >= maxSilencePacketSamples; left -= maxSilencePacketSamples) {
    yield* page(writer.add(maxSilencePacketSamples, longest));
  }
  if (left >= silenceStepSamples) yield* page(writer.add(left, asBuffer(silencePacket(left, channels))));
}

const page = (full: Uint8Array | null): Uint8Array[] => (full ? [full] : []);

function* inBatches(pages: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const page of pages) {
    batch.push(page);
    size += page.length;
    if (size < maxBatchBytes) continue;
    yield Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(batch);
}
