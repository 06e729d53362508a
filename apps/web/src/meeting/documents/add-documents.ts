import { strings } from '../../strings.ts';
import { say } from '../../ui/toast-store.ts';
import { documentUploads } from './document-uploads.ts';
import type { Dropped } from './dropped-files.ts';

/** Sends files to a meeting, and says what of a drop can't be sent. */
export function addDocuments(meetingId: string, { files, folders }: Dropped): void {
  for (const folder of folders) say(strings.documents.folder(folder));
  if (files.length > 0) documentUploads.add(meetingId, files);
}
