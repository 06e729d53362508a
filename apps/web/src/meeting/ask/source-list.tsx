import type { Citation } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { PlayIcon } from '../../ui/icons.tsx';
import { citationLabel } from './citation-label.ts';
import type { SourceActions } from './source-actions.ts';
import classes from './ask.module.css';

interface Props {
  citations: readonly Citation[];
  /** Whether the meetings are named: where they are not all the same. */
  nameMeetings: boolean;
  actions: SourceActions;
}

/** What an answer was made from, in the words of the sources. */
export function SourceList({ citations, nameMeetings, actions }: Props) {
  return (
    <ol className={classes.sources} aria-label={strings.ask.sources}>
      {citations.map((citation, index) => {
        const { meetingTitle, startMs, quote } = citation;
        const { play } = actions;
        const label = citationLabel(citation);
        return (
          // The same place may be cited twice, for other words of it.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className={classes.source}>
            <span className={classes.number} aria-hidden="true">
              {index + 1}
            </span>
            <div className={classes.sourceWords}>
              <button
                type="button"
                className={classes.chip}
                aria-label={strings.ask.source(index + 1, label)}
                onClick={() => actions.open(citation)}
              >
                {label}
              </button>
              {nameMeetings && <span className={classes.meeting}>{meetingTitle}</span>}
              <blockquote className={classes.quote}>{quote}</blockquote>
            </div>
            {play && startMs !== undefined && (
              <IconButton label={strings.ask.playFrom(clock(startMs))} onClick={() => play(startMs)}>
                <PlayIcon />
              </IconButton>
            )}
          </li>
        );
      })}
    </ol>
  );
}
