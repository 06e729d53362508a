import type { MemoryLevelChange } from '@hansard/protocol';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { LevelBadge } from './level-badge.tsx';
import { percent, whenShort } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

/** The newest first. */
export function LevelHistory({ changes, now }: { changes: readonly MemoryLevelChange[]; now: number }) {
  return (
    <Card title={words.history}>
      {changes.length === 0 && <p className={classes.soft}>{words.noHistoryYet}</p>}
      {changes.length > 0 && (
        // A part that scrolls is reached by the keyboard.
        <ul className={`${classes.list} ${classes.scroll}`} tabIndex={0} aria-label={words.history}>
          {changes.map(({ at, level, pressure, tightest }) => (
            <li key={`${at} ${level}`} className={classes.line}>
              <LevelBadge level={level} />
              <span>{percent(pressure)}</span>
              {tightest && <small>{words.signals[tightest]}</small>}
              <time dateTime={new Date(at).toISOString()}>{whenShort(at, now)}</time>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
