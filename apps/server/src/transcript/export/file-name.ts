import type { ExportFormat, Meeting } from '@hansard/protocol';
import { oneLine } from './source.ts';

const maxTitleLength = 80;

/** The title and the day, without what some file system does not take. */
export function fileNameOf({ title, startedAt }: Pick<Meeting, 'title' | 'startedAt'>, format: ExportFormat): string {
  const day = new Date(startedAt).toISOString().slice(0, 10);
  const safe = oneLine(title.toWellFormed().replace(/[\\/:*?"<>|]/g, ' '))
    .slice(0, maxTitleLength)
    .toWellFormed()
    .replace(/^\.+/, '')
    .trim();
  return `${safe || 'Meeting'} ${day}.${format}`;
}
