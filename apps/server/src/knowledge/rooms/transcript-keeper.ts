import { embeddedText } from '../embeddings/index.ts';
import type { Passage } from '../room-index/index.ts';
import { roomsLimits } from './limits.ts';
import type { RoomsRepository } from './repository.ts';
import { noSuchMeeting, type Room } from './room.ts';
import type { SoonVectors } from './soon-vectors.ts';
import { createTranscriptPassages, type TranscriptLine } from './transcript-passages.ts';
import type { RoomWriter } from './writer.ts';

/** The lines of a meeting in pages, by start and then by age; without deleted ones. */
export type ReadTranscript = (meetingId: string) => AsyncIterable<readonly TranscriptLine[]>;

export interface TranscriptKeeperOptions {
  repository: Pick<RoomsRepository, 'transcriptSeq'>;
  readTranscript: ReadTranscript;
  vectors: SoonVectors;
  writer: RoomWriter;
  maxPassages?: number;
  /** Vectors of what was said have come too late for who asked: they are there now. */
  onLateVectors: (meetingId: string) => void;
}

export type TranscriptKeeper = ReturnType<typeof createTranscriptKeeper>;

/**
 * Brings what was said into rooms. New lines are appended; where one that is in the room already was edited, deleted or
 * renamed, all of the transcript's passages are made anew. That is told by counting: lines not written since the last time
 * are as many as then.
 */
export function createTranscriptKeeper(options: TranscriptKeeperOptions) {
  const { repository, readTranscript, vectors, writer, onLateVectors } = options;
  const { maxPassages = roomsLimits.maxTranscriptPassages } = options;

  /** Passages of the lines written after one revision and up to another; what is written meanwhile is left for later. */
  async function read(meetingId: string, { after, upTo }: { after: number; upTo: number }, most: number) {
    const made = createTranscriptPassages(most);
    let olderLines = 0;
    let newLines = 0;
    for await (const lines of readTranscript(meetingId)) {
      for (const line of lines) {
        if (line.seq <= after) olderLines += 1;
        else if (line.seq <= upTo) {
          newLines += 1;
          made.add(line);
        }
      }
    }
    return { olderLines, newLines, ...made.end() };
  }

  /** Vectors where they come soon: a question waits less long than what nobody waits for. */
  async function vectorsOf(room: Room, passages: readonly Passage[], tidy: boolean): Promise<Float32Array[] | null> {
    if (room.model === '' || room.model !== vectors.model || passages.length === 0) return null;
    const { transcriptEmbedMs, rebuildEmbedMs } = roomsLimits;
    const made = await vectors.within(tidy ? rebuildEmbedMs : transcriptEmbedMs, passages.map(embeddedText), () =>
      onLateVectors(room.meetingId),
    );
    if (!made) room.lacksTranscriptVectors = true;
    return made;
  }

  async function append(
    room: Room,
    passages: readonly Passage[],
    tidy: boolean,
    progress: Partial<Room>,
  ): Promise<void> {
    const made = await vectorsOf(room, passages, tidy);
    const transcriptPassages = room.transcriptPassages + passages.length;
    await writer.append(
      room,
      passages.map((passage, index) => ({ ...passage, vector: made?.[index] ?? null })),
      { ...progress, transcriptPassages },
    );
  }

  async function makeAnew(room: Room, seq: number, tidy: boolean): Promise<void> {
    // With room for what comes next, so that the next line doesn't have it all made anew again.
    const all = await read(room.meetingId, { after: -1, upTo: seq }, Math.ceil(maxPassages * 0.75));
    await writer.removeTranscript(room);
    room.lacksTranscriptVectors = false;
    await append(room, all.passages, tidy, { transcriptLines: all.newLines, transcriptSeq: seq });
  }

  return {
    /**
     * Brings the room up to the transcript of now; to be called in its turn. Rejects with `NOT_FOUND` where there is no such
     * meeting. With `tidy`, short passages are put together again.
     */
    async catchUp(room: Room, { tidy }: { tidy: boolean }): Promise<void> {
      const seq = await repository.transcriptSeq(room.meetingId);
      if (seq === undefined) throw noSuchMeeting();
      room.pendingBytes = 0;
      const canHaveVectors = tidy && room.lacksTranscriptVectors && vectors.isThere;
      if (seq === room.transcriptSeq && !canHaveVectors) return;
      const { transcriptLines: knownLines, transcriptSeq: after } = room;
      const isUntidy = tidy && room.shortPassages >= roomsLimits.maxShortPassages;
      if (canHaveVectors || isUntidy || knownLines === null) return makeAnew(room, seq, tidy);
      const fresh = await read(room.meetingId, { after, upTo: seq }, maxPassages);
      const isTooMuch = room.transcriptPassages + fresh.passages.length > maxPassages;
      if (isTooMuch || fresh.olderLines !== knownLines) return makeAnew(room, seq, tidy);
      await append(room, fresh.passages, tidy, {
        transcriptLines: knownLines + fresh.newLines,
        transcriptSeq: seq,
        shortPassages: room.shortPassages + (fresh.isLastShort ? 1 : 0),
      });
    },
  };
}
