import { useQueryClient } from '@tanstack/react-query';
import type { Meeting } from '@hansard/protocol';
import { api } from '../app/api.ts';
import { strings } from '../strings.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { say } from '../ui/toast-store.ts';

interface Props {
  meeting: Pick<Meeting, 'id' | 'title' | 'state' | 'durationMs'>;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Says what will go, and then what went. */
export function DeleteMeetingDialog({ meeting, onClose, onDeleted }: Props) {
  const queryClient = useQueryClient();

  async function confirm() {
    const { deleted } = await api.deleteMeeting(meeting.id);
    say(strings.deletion.done(meeting.title, deleted));
    onClose();
    onDeleted?.();
    queryClient.removeQueries({ queryKey: ['meeting', meeting.id] });
    await queryClient.invalidateQueries({ queryKey: ['meetings'] });
  }

  return (
    <ConfirmDialog
      title={strings.deletion.title}
      action={strings.deletion.action}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{strings.deletion.what(meeting.title, meeting.durationMs)}</p>
      {meeting.state === 'live' && <p>{strings.deletion.live}</p>}
    </ConfirmDialog>
  );
}
