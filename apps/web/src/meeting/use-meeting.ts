import { useDeferredValue, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Segment } from '@hansard/protocol';
import { whenIdle } from '../app/when-idle.ts';
import { firstPageQuery, meetingQuery } from './meeting-queries.ts';
import { createMeetingSource } from './meeting-source.ts';

const noLines: readonly Segment[] = [];

/**
 * A meeting with its transcript, kept up to date over the socket. The first page comes by HTTP, since that is on the
 * screen before the socket's code is there; what that brings is drawn in small steps until the page has caught up.
 */
export function useMeeting(meetingId: string) {
  const source = useMemo(
    () => createMeetingSource(async () => (await import('./live-transcript.ts')).openLiveTranscript(meetingId)),
    [meetingId],
  );
  const snapshot = useSyncExternalStore(source.subscribe, source.getSnapshot);
  const meetingRead = useQuery({ ...meetingQuery(meetingId), enabled: snapshot.meeting === null });
  const firstPage = useQuery({
    ...firstPageQuery(meetingId),
    enabled: snapshot.cursor === 0 && snapshot.phase === 'loading',
  });
  const read = !meetingRead.isPending && !firstPage.isPending;

  const firstLines = firstPage.data?.segments ?? noLines;
  const known = useRef(firstLines);
  useEffect(() => {
    known.current = firstLines;
  });
  useEffect(() => {
    if (!read) return undefined;
    let leave = () => {};
    const cancel = whenIdle(() => {
      leave = source.follow(known.current);
    });
    return () => {
      cancel();
      leave();
    };
  }, [source, read]);

  // Without its lines a meeting would look empty for a moment.
  const meeting = snapshot.meeting ?? (read ? (meetingRead.data ?? null) : null);
  const lines = snapshot.cursor === 0 && snapshot.lines.length === 0 ? firstLines : snapshot.lines;
  const shown = { meeting: useDeferredValue(meeting), lines: useDeferredValue(lines) };
  // What has caught up is shown at once: an edited line would blink if it came later than the end of its saving.
  const current = snapshot.phase === 'live' ? { meeting, lines } : shown;

  return {
    ...snapshot,
    ...current,
    error: snapshot.error ?? meetingRead.error,
    apply: source.apply,
    retry: () => void meetingRead.refetch(),
  };
}
