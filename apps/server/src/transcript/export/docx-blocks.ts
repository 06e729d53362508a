import { headLine, minutesSections } from './minutes-sections.ts';
import { oneLine, withNotes, type ExportSource } from './source.ts';
import { clockTime, dateOf, lengthOf } from './times.ts';

/** A paragraph of the document; `lead` stands before its text, set apart. */
export interface DocxBlock {
  style: 'title' | 'heading' | 'line' | 'item' | 'note';
  lead?: string;
  text: string;
}

/** The document as paragraphs, ready for XML: it has no place for some characters. */
export async function* toBlocks(source: ExportSource): AsyncGenerator<DocxBlock> {
  const { title, startedAt, durationMs, people } = source.meeting;
  yield { style: 'title', text: plain(title) };
  yield { style: 'note', text: plain(headLine([dateOf(startedAt), lengthOf(durationMs), people.join(', ')])) };
  for (const section of minutesSections(source.minutes)) {
    yield { style: 'heading', text: section.title };
    for (const item of section.items) yield { style: 'item', text: plain(item) };
  }
  yield { style: 'heading', text: 'Transcript' };
  for await (const entry of withNotes(source)) {
    if (entry.type === 'note') {
      yield { style: 'note', text: entry.text };
      continue;
    }
    const { startMs, speaker, text } = entry.line;
    const name = speaker === null ? '' : ` ${plain(speaker)}`;
    yield { style: 'line', lead: `${clockTime(startMs)}${name}`, text: plain(text) };
  }
}

function plain(text: string): string {
  return oneLine(text)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '');
}
