import type { Ledger } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import classes from './details.module.css';

/** Captured, durable, transcribed: three lengths on one scale, the first being the whole. */
export function LedgerBars({ ledger: { capturedMs, durableMs, transcribedMs } }: { ledger: Ledger }) {
  const whole = Math.max(1, capturedMs, durableMs, transcribedMs);
  const bars = [
    { label: strings.details.captured, ms: capturedMs },
    { label: strings.details.durable, ms: durableMs },
    { label: strings.details.transcribed, ms: transcribedMs },
  ];
  return (
    <dl className={classes.bars}>
      {bars.map(({ label, ms }) => (
        <div key={label} className={classes.bar}>
          <dt>{label}</dt>
          <dd>
            <span className={classes.length} style={{ width: `${(100 * ms) / whole}%` }} />
            <span className={classes.value}>{clock(ms)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
