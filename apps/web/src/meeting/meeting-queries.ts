import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api } from '../app/api.ts';

/** As many lines as fill a screen, so that they come quickly; the transcript store reads the rest. */
const firstLines = 50;
/** The first page is held by the transcript store soon after. */
const firstPageKeptMs = 30_000;

export const meetingQuery = (meetingId: string) =>
  queryOptions({
    queryKey: ['meeting', meetingId],
    queryFn: ({ signal }) => api.getMeeting(meetingId, { signal }),
  });

export const firstPageQuery = (meetingId: string) =>
  queryOptions({
    queryKey: ['meeting', meetingId, 'first page'],
    queryFn: ({ signal }) => api.listSegments(meetingId, { limit: firstLines }, { signal }),
    gcTime: firstPageKeptMs,
  });

/** Asks for a meeting that the address names while the code of its page is still on its way. */
export function prefetchMeeting(queryClient: QueryClient, path: string): void {
  const [, meetingId] = /^\/m\/([\w-]+)$/.exec(path) ?? [];
  if (meetingId === undefined) return;
  void queryClient.prefetchQuery(meetingQuery(meetingId));
  void queryClient.prefetchQuery(firstPageQuery(meetingId));
}
