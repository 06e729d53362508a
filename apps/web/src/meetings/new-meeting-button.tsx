import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, explain } from '../app/api.ts';
import { strings } from '../strings.ts';
import { say } from '../ui/toast-store.ts';

interface Props {
  size?: 'sm' | 'lg';
}

export function NewMeetingButton({ size = 'sm' }: Props) {
  const [, navigate] = useLocation();
  const create = useMutation({
    mutationFn: () => api.createMeeting({}),
    onSuccess: (meeting) => navigate(`/m/${meeting.id}`),
    onError: (error) => say(explain(error)),
  });
  return (
    <Button size={size} loading={create.isPending} onClick={() => create.mutate()}>
      {strings.meetings.create}
    </Button>
  );
}
