import type { QueryClient } from '@tanstack/react-query';
import type { MeetingDocument } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { withTold, type Told } from './document-list.ts';

export const documentsQuery = (meetingId: string) => ({
  queryKey: ['meeting', meetingId, 'documents'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.listDocuments(meetingId, { signal })).documents,
});

/** Puts what was told, or a call was answered with, into the list that is known. */
export function tellDocuments(queryClient: QueryClient, meetingId: string, told: Told): void {
  const { queryKey } = documentsQuery(meetingId);
  queryClient.setQueryData<MeetingDocument[]>(queryKey, (known) => known && withTold(known, told));
}
