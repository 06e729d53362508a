import { useQueryClient } from '@tanstack/react-query';
import type { MeetingDocument } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { say } from '../../ui/toast-store.ts';
import { tellDocuments } from './documents-query.ts';

interface Props {
  document: MeetingDocument;
  onClose: () => void;
}

/** Asks first: a deleted document can't be brought back. */
export function RemoveDocumentDialog({ document: { id, meetingId, name }, onClose }: Props) {
  const queryClient = useQueryClient();

  async function remove() {
    const { deleted } = await api.deleteDocument(meetingId, id);
    tellDocuments(queryClient, meetingId, new Map([[id, null]]));
    say(strings.documents.removed(name, deleted.passages));
    onClose();
  }

  return (
    <ConfirmDialog
      title={strings.documents.removal.title}
      action={strings.documents.removal.action}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>{strings.documents.removal.what(name)}</p>
    </ConfirmDialog>
  );
}
