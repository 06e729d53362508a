import { useQuery } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import classes from './details.module.css';

const refreshMs = 2000;

/** What happened to the meeting on its way to text; nothing where the server doesn't keep it. */
export function PipelineLog({ meetingId }: { meetingId: string }) {
  const { data: log } = useQuery({
    queryKey: ['pipeline-log', meetingId],
    queryFn: ({ signal }) => api.getPipelineLog(meetingId, { signal }),
    refetchInterval: ({ state }) => (state.data?.isKept ? refreshMs : false),
    retry: false,
  });
  if (!log?.isKept || log.lines.length === 0) return null;
  return (
    <>
      <h3 className={classes.heading}>{strings.details.pipelineLog}</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.log} tabIndex={0}>
        {log.lines.join('\n')}
      </pre>
    </>
  );
}
