import { memo } from 'react';
import { Link } from 'wouter';
import { duration, isoDuration, when } from '../format/time.ts';
import { strings } from '../strings.ts';
import { TrashIcon } from '../ui/icons.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { useNow } from '../ui/use-now.ts';
import { SearchHits } from './search-hits.tsx';
import type { ListedMeeting } from './use-meeting-list.ts';
import { IconButton } from '../ui/icon-button.tsx';
import classes from './meeting-list.module.css';

const maxNames = 4;

interface Props {
  meeting: ListedMeeting;
  onDelete: (meeting: ListedMeeting) => void;
}

export const MeetingRow = memo(function MeetingRow({ meeting, onDelete }: Props) {
  const { id, title, people, startedAt, durationMs, hits } = meeting;
  const now = useNow();
  return (
    <article className={classes.row}>
      <div className={classes.head}>
        <h2 className={classes.title}>
          <Link href={`/m/${id}`}>{title}</Link>
        </h2>
        <StateBadge meeting={meeting} />
        <IconButton label={strings.meetings.deleteOne(title)} onClick={() => onDelete(meeting)}>
          <TrashIcon />
        </IconButton>
      </div>
      <p className={classes.meta}>
        <time dateTime={new Date(startedAt).toISOString()}>{when(startedAt, now)}</time>
        {durationMs > 0 && <time dateTime={isoDuration(durationMs)}>{duration(durationMs)}</time>}
        {people.length > 0 && (
          <span>{strings.meetings.people(people.slice(0, maxNames), people.length - maxNames)}</span>
        )}
      </p>
      {hits !== undefined && hits.length > 0 && <SearchHits meetingId={id} hits={hits} />}
    </article>
  );
});
