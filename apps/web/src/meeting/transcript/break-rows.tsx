import { Button } from '@mantine/core';
import type { FailedChunk } from '@hansard/protocol';
import { clock, duration } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import type { Gap } from './rows.ts';
import classes from './transcript.module.css';

/** Time that is missing from the record, at its place. */
export function GapRow({ gap: { startMs, endMs, reason } }: { gap: Gap }) {
  return (
    <p className={classes.gap}>
      <time className={classes.time}>{clock(startMs)}</time>
      <span>{strings.transcript.gap[reason](duration(endMs - startMs))}</span>
    </p>
  );
}

interface FailureProps {
  failure: FailedChunk;
  retrying: boolean;
  onRetry: (chunkId: string) => void;
}

/** A piece that could not be turned into text, at its place. */
export function FailureRow({ failure: { id, startMs, endMs, message }, retrying, onRetry }: FailureProps) {
  return (
    <div className={classes.failure}>
      <time className={classes.time}>{clock(startMs)}</time>
      <span className={classes.failureText}>
        {strings.transcript.failed(duration(endMs - startMs))} <span className={classes.reason}>{message}</span>
      </span>
      <Button size="compact-sm" variant="default" loading={retrying} onClick={() => onRetry(id)}>
        {strings.common.retry}
      </Button>
    </div>
  );
}
