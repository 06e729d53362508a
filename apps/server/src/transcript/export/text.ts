import { headLine } from './minutes-sections.ts';
import { oneLine, withNotes, type ExportWriter } from './source.ts';
import { clockTime, dateOf, lengthOf } from './times.ts';

/** Plain text: a head, then one line of the transcript a line. */
export const writeText: ExportWriter = async function* writeText(source) {
  const { title, startedAt, durationMs, people } = source.meeting;
  yield `${oneLine(title)}\n${oneLine(headLine([dateOf(startedAt), lengthOf(durationMs), people.join(', ')]))}\n\n`;
  for await (const entry of withNotes(source)) {
    if (entry.type === 'note') {
      yield `--- ${entry.text} ---\n`;
      continue;
    }
    const { startMs, speaker, text } = entry.line;
    yield `[${clockTime(startMs)}] ${speaker === null ? '' : `${oneLine(speaker)}: `}${oneLine(text)}\n`;
  }
};
