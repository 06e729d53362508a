import { explain, isRetryable } from '../../app/api.ts';
import { guardLeaving } from '../../app/leave-guard.ts';
import { strings } from '../../strings.ts';
import { sendDocument } from './send-document.ts';
import { createUploadQueue } from './upload-queue.ts';

const queue = createUploadQueue({
  send: sendDocument,
  explain,
  isRetryable,
  onBusy: (busy) => guardLeaving('documents', busy),
});

/** The files that this page sends. */
export const documentUploads = {
  ...queue,
  add: (meetingId: string, files: readonly File[]): void =>
    queue.add(meetingId, files, (file) => (file.size === 0 ? strings.documents.emptyFile : null)),
};
