import type { MemoryDrillReport } from '@hansard/protocol';
import { bytes } from '../../format/bytes.ts';
import { strings } from '../../strings.ts';
import { LevelBadge } from '../level-badge.tsx';
import { atTime, percent, precise } from '../words.ts';
import classes from './drill.module.css';

const words = strings.operations.drill;

interface Props {
  report: MemoryDrillReport;
  /** Milliseconds since 1970, by the server's clock. */
  now: number;
}

/** What happened in a drill so far: how soon the server answered, and how soon all was back. */
export function DrillReport({ report, now }: Props) {
  const { startedAt, target, outcome, detail, phase, peakPressure, peakBytes } = report;
  const facts = [
    [words.response, responseOf(report)],
    [words.reached, report.reachedMs === null ? pending(report) : words.after(precise(report.reachedMs))],
    [words.peak, words.peakIs(percent(peakPressure), bytes(peakBytes))],
    [words.relief, reliefOf(report)],
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
      <Levels report={report} now={now} />
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

/** One piece for each level, as long as it lasted, and the same in words. */
function Levels({ report, now }: Props) {
  const pieces = piecesOf(report, now);
  if (pieces.length === 0) return null;
  return (
    <>
      <div className={classes.bar} aria-hidden="true">
        {pieces.map(({ level, atMs, lengthMs }) => (
          <span key={atMs} data-level={level} style={{ flexGrow: lengthMs }} />
        ))}
      </div>
      <ol className={classes.levels} aria-label={words.course}>
        {pieces.map(({ level, atMs, lengthMs }) => (
          <li key={atMs} data-level={level}>
            {words.courseOf(strings.operations.levels[level], precise(lengthMs))}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The last one goes on until now, or until the drill was over. */
function piecesOf({ phase, levels, startedAt, recoveredMs, releasedMs }: MemoryDrillReport, now: number) {
  const endMs = phase === 'over' ? (recoveredMs ?? releasedMs ?? 0) : now - startedAt;
  return levels
    .map(({ level, atMs }, place) => ({ level, atMs, lengthMs: (levels[place + 1]?.atMs ?? endMs) - atMs }))
    .filter(({ lengthMs }) => lengthMs > 0);
}

const isHolding = ({ phase }: MemoryDrillReport): boolean => phase === 'raising' || phase === 'holding';
const pending = (report: MemoryDrillReport): string => (isHolding(report) ? words.pending : words.never);

function responseOf(report: MemoryDrillReport): string {
  const { crossedMs, respondedMs, respondedBy, responseSamples } = report;
  if (crossedMs === null || respondedMs === null) return pending(report);
  return words.responseIs(precise(respondedMs - crossedMs), responseSamples ?? 0, respondedBy ?? '');
}

function reliefOf(report: MemoryDrillReport): string {
  const { ledgerBytes, observedBytes } = report.relief;
  if (ledgerBytes > 0) return words.reliefIs(bytes(ledgerBytes), bytes(observedBytes));
  return isHolding(report) || report.respondedMs === null ? pending(report) : words.reliefNone;
}

function recoveryOf({ releasedMs, recoveredMs, phase }: MemoryDrillReport): string {
  if (releasedMs !== null && recoveredMs !== null) return words.recoveryIs(precise(recoveredMs - releasedMs));
  return phase === 'over' ? words.never : words.pending;
}
