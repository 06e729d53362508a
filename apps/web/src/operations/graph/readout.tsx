import type { MemoryHistory } from '@hansard/protocol';
import { bytes } from '../../format/bytes.ts';
import { strings } from '../../strings.ts';
import { LevelBadge } from '../level-badge.tsx';
import { atTime, levels, percent } from '../words.ts';
import classes from './graph.module.css';

const words = strings.operations;

interface Props {
  history: MemoryHistory;
  /** The step that was chosen; null: the last there is. */
  at: number | null;
}

/** The legend, with the figures of one point in time. */
export function Readout({ history, at }: Props) {
  const { from, stepMs, level, signals } = history;
  const shown = at ?? level.findLastIndex((value) => value !== null);
  const levelThen = levels[level[shown] ?? -1];
  return (
    <div className={classes.readout}>
      <ul>
        {signals.map(({ name, ratio, usedBytes }) => {
          const value = ratio[shown] ?? null;
          return (
            <li key={name}>
              <span className={classes.swatch} data-signal={name} />
              <span>{words.signals[name]}</span>
              <strong>{value === null ? words.none : percent(value)}</strong>
              {value !== null && <small>{bytes(usedBytes[shown] ?? 0)}</small>}
            </li>
          );
        })}
      </ul>
      {/* Chosen by arrows, it is said; while time goes on by itself, it isn't. */}
      <p aria-live={at === null ? 'off' : 'polite'}>
        {levelThen && <LevelBadge level={levelThen} />}
        {shown >= 0 && <time>{timeOf(from + shown * stepMs, history.range)}</time>}
      </p>
    </div>
  );
}

function timeOf(epochMs: number, range: MemoryHistory['range']): string {
  if (range !== 'month') return atTime(epochMs);
  return new Date(epochMs).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
