import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Minutes, MinutesPost } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { say } from '../../ui/toast-store.ts';

/** The minutes as the server last told them: by HTTP at first, then by each announcement. */
export function useMinutes(meetingId: string, announced: Minutes | null) {
  const queryClient = useQueryClient();
  const queryKey = ['minutes', meetingId];
  const query = useQuery({ queryKey, queryFn: ({ signal }) => api.getMinutes(meetingId, { signal }) });
  const onError = (error: unknown) => say(explain(error));
  const onSuccess = (told: Minutes) => queryClient.setQueryData(queryKey, told);
  const make = useMutation({ mutationFn: (post: MinutesPost) => api.makeMinutes(meetingId, post), onSuccess, onError });
  const cancel = useMutation({
    mutationFn: () => api.cancelMinutes(meetingId),
    onSuccess,
    onError,
  });
  return { ...query, minutes: newer(announced, query.data ?? null), make, cancel };
}

/** Of the same minutes the announced state is the later one, unless the answer to a call says that they are over. */
function newer(announced: Minutes | null, read: Minutes | null): Minutes | null {
  if (!announced || !read) return announced ?? read;
  if (announced.createdAt !== read.createdAt) return announced.createdAt > read.createdAt ? announced : read;
  return announced.state === 'running' && read.state !== 'running' ? read : announced;
}
