import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { firstPageQuery, meetingQuery } from './meeting-queries.ts';
import { createMeetingSource } from './meeting-source.ts';

/**
 * A meeting with its transcript, kept up to date over the socket. The first page comes by HTTP beside it, since that is
 * on the screen before a socket has been opened.
 */
export function useMeeting(meetingId: string) {
  const source = useMemo(() => createMeetingSource(meetingId), [meetingId]);
  const snapshot = useSyncExternalStore(source.subscribe, source.getSnapshot);
  const { apply } = source;

  const meeting = useQuery({ ...meetingQuery(meetingId), enabled: snapshot.meeting === null });
  const firstPage = useQuery({
    ...firstPageQuery(meetingId),
    enabled: snapshot.cursor === 0 && snapshot.phase === 'loading',
  });
  useEffect(() => {
    if (firstPage.data) apply(firstPage.data.segments);
  }, [apply, firstPage.data]);

  return {
    ...snapshot,
    meeting: snapshot.meeting ?? meeting.data ?? null,
    error: snapshot.error ?? meeting.error,
    apply,
    retry: () => void meeting.refetch(),
  };
}
