import { useEffect, useRef, useState } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { strings } from '../strings.ts';
import { DeleteMeetingDialog } from './delete-meeting-dialog.tsx';
import { MeetingRow } from './meeting-row.tsx';
import type { ListedMeeting } from './use-meeting-list.ts';
import classes from './meeting-list.module.css';

const estimatedRowPx = 76;
/** The next page is asked for this many lines before the end comes into view. */
const aheadRows = 15;

interface Props {
  meetings: readonly ListedMeeting[];
  hasMore: boolean;
  loadMore: () => void;
}

export function MeetingList({ meetings, hasMore, loadMore }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [offsetTop, setOffsetTop] = useState(0);
  const [deleting, setDeleting] = useState<ListedMeeting>();
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which it is about, is not used
  const virtualizer = useWindowVirtualizer({
    count: meetings.length,
    estimateSize: () => estimatedRowPx,
    // The first lines are drawn with the page, and not after it was measured.
    initialRect: { width: innerWidth, height: innerHeight },
    overscan: 8,
    scrollMargin: offsetTop,
    getItemKey: (index) => meetings[index]!.id,
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;

  useEffect(() => setOffsetTop(list.current?.offsetTop ?? 0), []);
  useEffect(() => {
    if (hasMore && lastIndex >= meetings.length - aheadRows) loadMore();
  }, [hasMore, lastIndex, meetings.length, loadMore]);

  return (
    <>
      <ul
        ref={list}
        className={classes.list}
        aria-label={strings.meetings.title}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {rows.map((row) => (
          <li
            key={row.key}
            ref={virtualizer.measureElement}
            data-index={row.index}
            className={classes.item}
            aria-setsize={hasMore ? -1 : meetings.length}
            aria-posinset={row.index + 1}
            style={{ transform: `translateY(${row.start - offsetTop}px)` }}
          >
            <MeetingRow meeting={meetings[row.index]!} onDelete={setDeleting} />
          </li>
        ))}
      </ul>
      {deleting && <DeleteMeetingDialog meeting={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}
