import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../app/api.ts';
import { createMeetingSource } from './meeting-source.ts';

/** As many lines as fill a screen, so that they come quickly; the store reads the rest. */
const firstLines = 50;

/**
 * A meeting with its transcript, kept up to date over the socket. The first page comes by HTTP beside it, since that is
 * on the screen before a socket has been opened.
 */
export function useMeeting(meetingId: string) {
  const source = useMemo(() => createMeetingSource(meetingId), [meetingId]);
  const snapshot = useSyncExternalStore(source.subscribe, source.getSnapshot);
  const { apply } = source;

  const meeting = useQuery({
    queryKey: ['meeting', meetingId],
    queryFn: ({ signal }) => api.getMeeting(meetingId, { signal }),
    enabled: snapshot.meeting === null,
  });
  const firstPage = useQuery({
    queryKey: ['meeting', meetingId, 'first page'],
    queryFn: ({ signal }) => api.listSegments(meetingId, { limit: firstLines }, { signal }),
    enabled: snapshot.cursor === 0 && snapshot.phase === 'loading',
    // The store holds it from then on.
    gcTime: 0,
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
