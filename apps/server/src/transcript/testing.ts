import { caption, type Caption } from '@hansard/protocol';
import pino from 'pino';
import { ownerActor } from '../identity/index.ts';
import { startMeetings } from '../meetings/testing.ts';
import { createRecentLines, createTranscript } from './index.ts';

/** A meeting with an empty transcript, and what is said of it on the bus. */
export async function startTranscript() {
  const started = startMeetings();
  const { database, bus, meetings, events } = started;
  const recent = createRecentLines({ store: new Map(), maxBytes: 1 << 20, maxAgeMs: 30_000 });
  const transcript = createTranscript({ database, bus, recent, now: () => 5000, onMeetingChanged: meetings.refresh });
  const { id: meetingId } = await meetings.create(ownerActor, { title: 'Weekly' });
  const published = () => events.flatMap((event) => (event.type === 'segment' ? [event.segment] : []));
  const append = async (trackId: string, speaker: string | null, texts: string[], startMs = 0) => {
    const lines = texts.map((text, index) => ({
      startMs: startMs + index * 1000,
      endMs: startMs + index * 1000 + 900,
      text,
    }));
    const segments = await database
      .transaction()
      .execute((trx) => transcript.appendSegments(trx, { meetingId, trackId, chunkId: 'c', speaker, lines }));
    transcript.publish(segments);
    return segments;
  };
  const send = (lines: Partial<Caption>[], source = 'meet') =>
    transcript.addCaptions(ownerActor, meetingId, { source, segments: lines.map(asCaption) });
  const all = async () => (await transcript.page(ownerActor, meetingId, { since: 0, limit: 500 })).segments;
  const seq = async () => (await meetings.get(ownerActor, meetingId)).seq;
  return { ...started, transcript, meetingId, published, append, send, all, seq, log: pino({ level: 'silent' }) };
}

function asCaption(line: Partial<Caption>, index: number): Caption {
  return caption.parse({ externalId: `x${index}`, startMs: 0, endMs: 1000, text: 'words', ...line });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
