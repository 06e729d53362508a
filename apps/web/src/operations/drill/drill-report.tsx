import type { MemoryDrillReport } from '@hansard/protocol';
import { bytes } from '../../format/bytes.ts';
import { strings } from '../../strings.ts';
import { LevelBadge } from '../level-badge.tsx';
import { atTime, percent, precise } from '../words.ts';
import classes from './drill.module.css';

const words = strings.operations.drill;

/** What happened in a drill so far: how soon the server answered, and how soon all was back. */
export function DrillReport({ report }: { report: MemoryDrillReport }) {
  const { startedAt, target, outcome, detail, phase, relief, peakPressure, peakBytes } = report;
  const facts = [
    [words.response, responseOf(report)],
    [words.reached, report.reachedMs === null ? pending(report) : words.after(precise(report.reachedMs))],
    [words.peak, words.peakIs(percent(peakPressure), bytes(peakBytes))],
    [words.relief, words.reliefIs(bytes(relief.ledgerBytes), bytes(relief.observedBytes))],
    [words.recovery, recoveryOf(report)],
  ] as const;
  return (
    <div className={classes.report}>
      <h3>
        {phase === 'over' && words.last} <LevelBadge level={target} /> <time>{atTime(startedAt)}</time>
      </h3>
      {outcome !== null && (
        <p className={classes.outcome}>{[words.outcomes[outcome], detail].filter(Boolean).join('. ')}</p>
      )}
      <Levels report={report} />
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** One piece for each level, as long as it lasted. */
function Levels({ report }: { report: MemoryDrillReport }) {
  const { levels, recoveredMs, releasedMs, reachedMs } = report;
  const endMs = Math.max(recoveredMs ?? 0, releasedMs ?? 0, reachedMs ?? 0, levels.at(-1)?.atMs ?? 0);
  const pieces = levels
    .map(({ level, atMs }, place) => ({ level, atMs, lengthMs: (levels[place + 1]?.atMs ?? endMs) - atMs }))
    .filter(({ lengthMs }) => lengthMs > 0);
  if (pieces.length === 0) return null;
  return (
    <ol className={classes.levels} aria-label={words.course}>
      {pieces.map(({ level, atMs, lengthMs }) => {
        const text = words.courseOf(strings.operations.levels[level], precise(lengthMs));
        return (
          <li key={atMs} data-level={level} style={{ flexGrow: lengthMs }} title={text}>
            <span>{text}</span>
          </li>
        );
      })}
    </ol>
  );
}

const pending = ({ phase }: MemoryDrillReport): string =>
  phase === 'raising' || phase === 'holding' ? words.pending : words.never;

function responseOf(report: MemoryDrillReport): string {
  const { crossedMs, respondedMs, respondedBy, responseSamples } = report;
  if (crossedMs === null || respondedMs === null) return pending(report);
  return words.responseIs(precise(respondedMs - crossedMs), responseSamples ?? 0, respondedBy ?? '');
}

function recoveryOf({ releasedMs, recoveredMs, phase }: MemoryDrillReport): string {
  if (releasedMs !== null && recoveredMs !== null) return words.recoveryIs(precise(recoveredMs - releasedMs));
  return phase === 'over' ? words.never : words.pending;
}
