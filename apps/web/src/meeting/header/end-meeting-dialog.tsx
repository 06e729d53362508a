import type { Meeting } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

interface Props {
  meeting: Meeting;
  onClose: () => void;
}

/** Ends a meeting from any device, also one that another device records or left open. */
export function EndMeetingDialog({ meeting, onClose }: Props) {
  async function end() {
    await api.endMeeting(meeting.id);
    onClose();
  }
  return (
    <ConfirmDialog title={strings.end.title} action={strings.end.action} onConfirm={end} onClose={onClose}>
      <p>{strings.end.what}</p>
    </ConfirmDialog>
  );
}
