import { documentsApi } from './documents-api.ts';

export const documentsQuery = (meetingId: string) => ({
  queryKey: ['meeting', meetingId, 'documents'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await documentsApi.listDocuments(meetingId, { signal })).documents,
});
