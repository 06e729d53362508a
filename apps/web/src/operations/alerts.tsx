import type { MemoryAlert } from '@hansard/protocol';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { LevelBadge } from './level-badge.tsx';
import { whenShort } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

/** The newest first. */
export function Alerts({ alerts, now }: { alerts: readonly MemoryAlert[]; now: number }) {
  return (
    <Card title={words.alerts}>
      {alerts.length === 0 && <p className={classes.soft}>{words.noAlerts}</p>}
      {alerts.length > 0 && (
        <ul className={`${classes.list} ${classes.scroll}`} tabIndex={0} aria-label={words.alerts}>
          {alerts.map(({ key, severity, state, message, at }) => (
            <li key={`${at} ${key} ${state}`} className={classes.line}>
              <LevelBadge level={state === 'firing' ? severity : 'normal'} />
              <span>{message}</span>
              <time dateTime={new Date(at).toISOString()}>
                {words.alertStates[state]}, {whenShort(at, now)}
              </time>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
