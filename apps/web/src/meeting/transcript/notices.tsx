import type { MeetingDetail } from '@hansard/protocol';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useEngines } from '../../app/use-engines.ts';
import { clock, duration } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import classes from './notices.module.css';

/** The text follows speech by a few seconds anyway; that much is not worth a line. */
const worthSayingMs = 20_000;

interface Props {
  meeting: MeetingDetail;
  onRetryAll: () => void;
  retrying: boolean;
}

/** What a reader must know about the text: no engine, a stopgap one, far behind, pieces that failed. */
export function TranscriptNotices({ meeting, onRetryAll, retrying }: Props) {
  const { data: engines } = useEngines();
  const transcribers = engines?.filter(({ task }) => task === 'transcribe');
  const engine = transcribers?.find(({ active }) => active);
  const waiting = meeting.openChunks > 0 || meeting.state === 'live';
  const spoken = meeting.tracks.some(({ kind }) => kind !== 'captions');
  const settingUp = transcribers?.find(({ state }) => state === 'setting-up');

  return (
    <div className={classes.notices}>
      {waiting && engines !== undefined && !engine && (
        <p className={classes.notice}>
          {settingUp ? strings.engines.settingUp(settingUp.name, settingUp.progress) : strings.engines.none}{' '}
          <Link href="/settings">{strings.engines.settings}</Link>
        </p>
      )}
      {waiting && engine?.state === 'paused' && (
        <p className={classes.notice}>
          {strings.engines.paused(engine.name, engine.resumesAt)} {engine.detail}
        </p>
      )}
      {meeting.behindMs !== null && meeting.behindMs >= worthSayingMs && (
        <p className={classes.notice}>{strings.transcript.behind(duration(meeting.behindMs))}</p>
      )}
      {meeting.failures.length > 1 && (
        <p className={classes.notice}>
          {strings.transcript.failures(meeting.failures.length, clock(meeting.failures[0]!.startMs))}
          <Button size="compact-sm" variant="default" loading={retrying} onClick={onRetryAll}>
            {strings.transcript.retryAll}
          </Button>
        </p>
      )}
      {waiting && spoken && engine?.caveat && (
        <p className={classes.caveat}>{strings.engines.caveat(engine.name, engine.caveat)}</p>
      )}
    </div>
  );
}
