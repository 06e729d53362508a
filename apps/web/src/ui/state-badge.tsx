import type { Meeting } from '@hansard/protocol';
import { strings } from '../strings.ts';
import classes from './state-badge.module.css';

interface Props {
  meeting: Pick<Meeting, 'state' | 'hasGaps' | 'openChunks' | 'failedChunks'>;
}

/** What state a meeting is in. Gaps are said beside it, since a live meeting can have them too. */
export function StateBadge({ meeting: { state, hasGaps } }: Props) {
  return (
    <span className={classes.badges}>
      {hasGaps && <span className={classes.gaps}>{strings.states.gaps}</span>}
      {(state !== 'done' || !hasGaps) && <span className={classes[state]}>{strings.states[state]}</span>}
    </span>
  );
}
