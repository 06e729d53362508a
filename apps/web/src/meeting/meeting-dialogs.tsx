import type { MeetingDetail } from '@hansard/protocol';
import { DeleteMeetingDialog } from '../meetings/delete-meeting-dialog.tsx';
import { DetailsDialog } from './details/details-dialog.tsx';
import { KindDialog } from './header/kind-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { EndMeetingDialog } from './header/end-meeting-dialog.tsx';
import { RenameSpeakerDialog } from './transcript/rename-speaker-dialog.tsx';

export type OpenDialog =
  | { kind: 'rename'; speaker: string | null }
  | { kind: 'delete' | 'details' | 'kind' | 'end' | 'shortcuts' };

interface Props {
  dialog: OpenDialog | undefined;
  meeting: MeetingDetail;
  onClose: () => void;
  onDeleted: () => void;
}

/** One dialog at a time. */
export function MeetingDialogs({ dialog, meeting, onClose, onDeleted }: Props) {
  switch (dialog?.kind) {
    case 'rename':
      return <RenameSpeakerDialog meetingId={meeting.id} speaker={dialog.speaker} onClose={onClose} />;
    case 'delete':
      return <DeleteMeetingDialog meeting={meeting} onClose={onClose} onDeleted={onDeleted} />;
    case 'details':
      return <DetailsDialog meeting={meeting} onClose={onClose} />;
    case 'kind':
      return <KindDialog meeting={meeting} onClose={onClose} />;
    case 'end':
      return <EndMeetingDialog meeting={meeting} onClose={onClose} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={onClose} />;
    case undefined:
      break;
  }
  return null;
}
