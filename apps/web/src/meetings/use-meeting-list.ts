import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { MeetingPage, MeetingQuery } from '@hansard/protocol';
import { api } from '../app/api.ts';

export type StateFilter = NonNullable<MeetingQuery['state']> | 'all';
export type ListedMeeting = MeetingPage['meetings'][number];

const pageSize = 50;
/** While a meeting on the list is live or processing, its line is kept up to date. */
const refreshMs = 5_000;
/** A list that was scrolled further than this is not read again as a whole every few seconds. */
const maxRefreshedPages = 2;

export function useMeetingList(search: string, state: StateFilter) {
  const query = useInfiniteQuery({
    queryKey: ['meetings', { search, state }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.listMeetings(
        {
          limit: pageSize,
          ...(search && { q: search }),
          ...(state !== 'all' && { state }),
          ...(pageParam !== undefined && { cursor: pageParam }),
        },
        { signal },
      ),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => {
      const underWay = data?.pages.some((page) => page.meetings.some((meeting) => meeting.state !== 'done'));
      return underWay && data!.pages.length <= maxRefreshedPages ? refreshMs : false;
    },
  });
  return { ...query, meetings: query.data?.pages.flatMap((page) => page.meetings) };
}
