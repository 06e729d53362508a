import { useQueryClient } from '@tanstack/react-query';
import type { MeetingDetail } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { clock, isoDuration, when } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useNow } from '../../ui/use-now.ts';
import { say } from '../../ui/toast-store.ts';
import type { OpenDialog } from '../meeting-dialogs.tsx';
import { RecorderControls } from '../recording/recorder-controls.tsx';
import { RecordingStrip } from '../recording/recording-strip.tsx';
import type { Recording } from '../recording/use-recording.ts';
import { MeetingMenu } from './meeting-menu.tsx';
import { TitleEditor } from './title-editor.tsx';
import classes from './header.module.css';

interface Props {
  meeting: MeetingDetail;
  recording: Recording;
  offline: boolean;
  openDialog: (dialog: OpenDialog) => void;
  onFind: () => void;
  /** Called before recording starts: playback would be recorded too. */
  onRecord: () => void;
}

export function MeetingHeader({ meeting, recording, offline, openDialog, onFind, onRecord }: Props) {
  const queryClient = useQueryClient();
  const { id, title, people, startedAt, durationMs, state } = meeting;
  const now = useNow();
  const shownMs = recording.active ? Math.max(durationMs, recording.clockMs) : durationMs;

  async function rename(next: string) {
    try {
      await api.patchMeeting(id, { title: next });
      await queryClient.invalidateQueries({ queryKey: ['meetings'] });
    } catch (error) {
      say(explain(error));
    }
  }

  return (
    <header className={classes.header}>
      <div className={classes.top}>
        <div className={classes.names}>
          <TitleEditor title={title} onSave={(next) => void rename(next)} />
          <p className={classes.meta}>
            <StateBadge meeting={meeting} />
            <time dateTime={new Date(startedAt).toISOString()}>{when(startedAt, now)}</time>
            {people.length > 0 && <span>{people.join(', ')}</span>}
          </p>
        </div>
        <div className={classes.controls}>
          {shownMs > 0 && (
            <time className={classes.clock} dateTime={isoDuration(shownMs)} aria-label={strings.meeting.length}>
              {clock(shownMs)}
            </time>
          )}
          {state === 'live' && <RecorderControls recording={recording} onRecord={onRecord} />}
          <MeetingMenu meeting={meeting} tracks={meeting.tracks} openDialog={openDialog} onFind={onFind} />
        </div>
      </div>
      <RecordingStrip
        meeting={meeting}
        recording={recording}
        offline={offline}
        onEnd={() => openDialog({ kind: 'end' })}
      />
    </header>
  );
}
