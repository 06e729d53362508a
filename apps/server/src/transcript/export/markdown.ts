import { headLine, minutesSections } from './minutes-sections.ts';
import { oneLine, withNotes, type ExportWriter } from './source.ts';
import { clockTime, dateOf, lengthOf } from './times.ts';

/** CommonMark: the minutes, where there are any, then a paragraph for each line of the transcript. */
export const writeMarkdown: ExportWriter = async function* writeMarkdown(source) {
  const { title, startedAt, durationMs, people } = source.meeting;
  yield `# ${escapeMarkdown(title)}\n\n`;
  yield `${escapeMarkdown(headLine([dateOf(startedAt), lengthOf(durationMs), people.join(', ')]))}\n\n`;
  for (const section of minutesSections(source.minutes)) {
    yield `## ${section.title}\n\n${section.items.map((item) => `- ${escapeMarkdown(item)}\n`).join('')}\n`;
  }
  yield '## Transcript\n';
  for await (const entry of withNotes(source)) {
    if (entry.type === 'note') {
      yield `\n> ${escapeMarkdown(entry.text)}\n`;
      continue;
    }
    const { startMs, speaker, text } = entry.line;
    const name = speaker === null ? '' : ` ${escapeMarkdown(speaker)}:`;
    yield `\n**${clockTime(startMs)}${name}** ${escapeMarkdown(text)}\n`;
  }
};

/** Text that Markdown shows as it is, wherever on a line it stands. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]<>&|~#$]/g, '\\$&')
    .replace(/^[-+=:]/, '\\$&')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');
}
