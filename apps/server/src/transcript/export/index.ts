import type { ExportFormat, MeetingDetail, Minutes, Segment } from '@hansard/protocol';
import type { Actor } from '../../identity/index.ts';
import { createDocxWriter, type AdmitWordFile } from './docx.ts';
import { fileNameOf } from './file-name.ts';
import { writeJson } from './json.ts';
import { writeMarkdown } from './markdown.ts';
import type { ExportWriter } from './source.ts';
import { writeSrt } from './srt.ts';
import { writeText } from './text.ts';
import { writeVtt } from './vtt.ts';

interface ExportsOptions {
  /** Throws `NOT_FOUND` where the actor has no such meeting. */
  getMeeting: (actor: Actor, meetingId: string) => Promise<MeetingDetail>;
  readTranscript: (meetingId: string) => AsyncIterable<Segment>;
  latestMinutes: (meetingId: string) => Promise<Minutes | null>;
  /** Called before a Word file is made. */
  admitWordFile?: AdmitWordFile;
}

export interface ExportedFile {
  fileName: string;
  contentType: string;
  /** Made while it is read; the first piece is there, so that what can't be exported has failed by now. */
  body: AsyncIterable<string | Uint8Array>;
}

export type ExportMeeting = ReturnType<typeof createExports>;

/** Meetings as files. */
export function createExports({ getMeeting, readTranscript, latestMinutes, admitWordFile }: ExportsOptions) {
  const formats: Record<ExportFormat, { contentType: string; write: ExportWriter }> = {
    md: { contentType: 'text/markdown; charset=utf-8', write: writeMarkdown },
    txt: { contentType: 'text/plain; charset=utf-8', write: writeText },
    json: { contentType: 'application/json; charset=utf-8', write: writeJson },
    vtt: { contentType: 'text/vtt; charset=utf-8', write: writeVtt },
    srt: { contentType: 'application/x-subrip; charset=utf-8', write: writeSrt },
    docx: {
      contentType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      write: createDocxWriter(admitWordFile),
    },
  };

  return async (actor: Actor, meetingId: string, format: ExportFormat): Promise<ExportedFile> => {
    const meeting = await getMeeting(actor, meetingId);
    const minutes = await latestMinutes(meetingId);
    const { contentType, write } = formats[format];
    const pieces = write({ meeting, minutes, lines: readTranscript(meetingId) })[Symbol.asyncIterator]();
    const first = await pieces.next();
    return { fileName: fileNameOf(meeting, format), contentType, body: inBlocks(first, pieces) };
  };
}

/** Characters gathered before they are sent. */
const blockLength = 16 * 1024;

/** Joins small pieces of text, so that a line is not a packet. */
async function* inBlocks(
  first: IteratorResult<string | Uint8Array>,
  pieces: AsyncIterator<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  try {
    let text = '';
    for (let piece = first; !piece.done; piece = await pieces.next()) {
      if (typeof piece.value !== 'string') {
        yield piece.value;
        continue;
      }
      text += piece.value;
      if (text.length < blockLength) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  } finally {
    await pieces.return?.();
  }
}
