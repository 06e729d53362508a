import { Skeleton } from '@mantine/core';
import { Link } from 'wouter';
import { explain } from '../app/api.ts';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';
import { MeetingView } from './meeting-view.tsx';
import { useMeeting } from './use-meeting.ts';
import { VisuallyHidden } from '../ui/visually-hidden.tsx';
import classes from './meeting.module.css';

const skeletonWidths = [92, 78, 85, 40, 88, 64];

export default function MeetingPage({ meetingId }: { meetingId: string }) {
  const { meeting, lines, phase, minutes, error, apply, retry } = useMeeting(meetingId);
  const gone = phase === 'deleted' || (error !== null && 'code' in error && error.code === 'NOT_FOUND');

  if (gone) {
    return (
      <Notice title={strings.meeting.gone} text={strings.meeting.goneHint} heading="h1">
        <Link href="/">{strings.notFound.back}</Link>
      </Notice>
    );
  }
  if (meeting) {
    return (
      <MeetingView
        meeting={meeting}
        segments={lines}
        announcedMinutes={minutes}
        offline={phase === 'offline'}
        live={phase === 'live'}
        applySegments={apply}
      />
    );
  }
  if (error) {
    return (
      <Notice
        title={strings.meeting.unreachable}
        text={explain(error)}
        heading="h1"
        action={strings.common.retry}
        onAction={retry}
      />
    );
  }
  return <MeetingSkeleton />;
}

function MeetingSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <VisuallyHidden role="status">{strings.meeting.loading}</VisuallyHidden>
      {skeletonWidths.map((width) => (
        <Skeleton key={width} height={18} width={`${width}%`} />
      ))}
    </div>
  );
}
