import type { MeetingDetail, Minutes, Segment } from '@hansard/protocol';
import { clockTime, lengthOf } from './times.ts';

/** What an export is made of. The lines are read while the export is sent, in order of time. */
export interface ExportSource {
  meeting: MeetingDetail;
  minutes: Minutes | null;
  lines: AsyncIterable<Segment>;
}

/** Writes an export piece by piece. */
export type ExportWriter = (source: ExportSource) => AsyncIterable<string | Uint8Array>;

/** A line, or a note of what is missing at its time. */
export type Entry = { type: 'line'; line: Segment } | { type: 'note'; startMs: number; text: string };

/** The lines, with what is missing from the record noted at its time. */
export async function* withNotes({ meeting, lines }: ExportSource): AsyncGenerator<Entry> {
  const notes = missingPieces(meeting);
  let next = 0;
  for await (const line of lines) {
    for (; next < notes.length && notes[next]!.startMs <= line.startMs; next += 1) yield notes[next]!;
    yield { type: 'line', line };
  }
  yield* notes.slice(next);
}

function missingPieces({ ledger, failures }: MeetingDetail): Extract<Entry, { type: 'note' }>[] {
  const reasons = {
    'not-received': 'not received',
    'not-recorded': 'not recorded',
    damaged: 'lost on the disk',
  } as const;
  const gaps = ledger.gaps.map((gap) => ({ ...gap, what: reasons[gap.reason] }));
  const failed = failures.map((failure) => ({ ...failure, what: 'recorded, but not transcribed' }));
  return [...gaps, ...failed]
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ startMs, endMs, what }) => ({
      type: 'note' as const,
      startMs,
      text: `${clockTime(startMs)}–${clockTime(endMs)}: ${lengthOf(endMs - startMs)} ${what}`,
    }));
}

/** On one line, without what would end it. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\s\u0000-\u001f\u007f\u0085]+/g, ' ').trim();
}
