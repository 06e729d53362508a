import type { MemoryState } from '@hansard/protocol';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { LevelBadge } from './level-badge.tsx';
import { number, percent, precise } from './words.ts';
import classes from './headline.module.css';

const words = strings.operations;
/** What is further away than this is no news. */
const horizonMs = 5 * 60_000;

/** How it stands, readable from across a table. */
export function Headline({ state }: { state: MemoryState }) {
  const { level, pressure, tightest, signals, forecast, leaks, capacity, gauges } = state;
  const nearest = signals.find(({ name }) => name === tightest);
  return (
    <section className={classes.headline}>
      <div className={classes.now}>
        <p className={classes.pressure}>
          <span className={classes.label}>{words.pressure}</span>
          <strong>{nearest ? percent(pressure) : '–'}</strong>
        </p>
        <div className={classes.meaning}>
          <p className={classes.level}>
            <LevelBadge level={level} isLarge />
            <span>{words.levelMeans[level]}</span>
          </p>
          <p className={classes.soft}>
            {nearest
              ? words.nearest(words.signals[nearest.name], bytes(nearest.usedBytes), bytes(nearest.limitBytes))
              : words.noLimit}
          </p>
          {forecast && forecast.inMs < horizonMs && (
            <p className={classes.ahead}>
              {words.forecast(words.levels[forecast.level].toLowerCase(), precise(forecast.inMs))}
            </p>
          )}
          {leaks.map(({ kind, severity, fromBytes, toBytes, bytesPerMinute }) => (
            <p key={kind} className={classes.leak} data-severity={severity}>
              {words.leak(words.leaks[kind], bytes(fromBytes), bytes(toBytes), bytes(bytesPerMinute))}
            </p>
          ))}
        </div>
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>{words.live}</dt>
          <dd>
            <strong>{number(capacity.activeMeetings)}</strong>
            {capacity.waitingMeetings > 0 && <span>{words.waitingFor(capacity.waitingMeetings)}</span>}
          </dd>
        </div>
        <div>
          <dt>{words.fits}</dt>
          <dd>
            <strong>{number(capacity.fitsMore)}</strong>
            <span>{words.perMeeting(bytes(capacity.bytesPerMeeting))}</span>
          </dd>
        </div>
        <div>
          <dt>{words.loop}</dt>
          <dd>
            <strong>{percent(gauges.eventLoopUtilization)}</strong>
            <span>{words.loopHint(precise(gauges.eventLoopP99Ms))}</span>
          </dd>
        </div>
      </dl>
    </section>
  );
}
