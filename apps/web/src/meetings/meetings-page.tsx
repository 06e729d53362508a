import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';
import { explain } from '../app/api.ts';
import { Filters } from './filters.tsx';
import { FirstVisit } from './first-visit.tsx';
import { MeetingList } from './meeting-list.tsx';
import { NewMeetingButton } from './new-meeting-button.tsx';
import { ListSkeleton } from './list-skeleton.tsx';
import { useFilters } from './use-filters.ts';
import { useMeetingList } from './use-meeting-list.ts';
import classes from './meetings.module.css';

/** In the first load, unlike the other pages: it is the one that most visits begin with. */
export function MeetingsPage() {
  usePageTitle(strings.product);
  const filters = useFilters();
  const list = useMeetingList(filters.search, filters.state);
  const filtered = filters.search !== '' || filters.state !== 'all';
  const { meetings } = list;

  if (meetings?.length === 0 && !filtered && !list.isPlaceholderData) return <FirstVisit />;

  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <h1 className={classes.heading}>{strings.meetings.title}</h1>
        <div className={classes.actions}>
          <NewMeetingButton />
          <Button component={Link} href="/ask" variant="default">
            {strings.meetings.askAll}
          </Button>
        </div>
      </div>
      <Filters {...filters} busy={list.isFetching && list.isPlaceholderData} />
      {list.isError && meetings !== undefined && (
        <p role="alert" className={classes.stale}>
          {strings.meetings.stale}
        </p>
      )}
      {meetings === undefined && list.isError && (
        <Notice
          title={strings.meetings.unreachable}
          text={explain(list.error)}
          action={strings.common.retry}
          onAction={() => void list.refetch()}
        />
      )}
      {list.isPending && <ListSkeleton />}
      {meetings?.length === 0 && filtered && (
        <Notice
          title={strings.meetings.nothingFound}
          text={strings.meetings.nothingFoundHint}
          action={strings.meetings.clear}
          onAction={filters.clear}
        />
      )}
      {meetings !== undefined && meetings.length > 0 && (
        <MeetingList
          meetings={meetings}
          hasMore={list.hasNextPage}
          loadMore={() => {
            if (!list.isFetching) void list.fetchNextPage();
          }}
        />
      )}
    </div>
  );
}
