import { useState } from 'react';
import type { MemoryHistory } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { Table } from '../table.tsx';
import { levels, percent } from '../words.ts';
import classes from './graph.module.css';

const words = strings.operations;
/** Each is the highest of a twelfth of the range. */
const mostRows = 12;

interface Row {
  at: number;
  level: number;
  ratios: (number | null)[];
}

/** What the graph shows, for who can't see it. */
export function HistoryTable({ history }: { history: MemoryHistory }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.graphTable}</summary>
      {isOpen && (
        // On a phone it is wider than the page: it scrolls, and is reached by the keyboard for that.
        <div className={classes.wide} role="region" aria-label={words.graphTable} tabIndex={0}>
          <Table
            label={words.graph}
            rows={rowsOf(history)}
            keyOf={({ at }) => `${at}`}
            columns={[
              { name: words.time, cell: ({ at }) => timeOf(at, history.range) },
              { name: words.level, cell: ({ level }) => words.levels[levels[level]!] },
              ...history.signals.map(({ name }, place) => ({
                name: words.signals[name],
                cell: ({ ratios }: Row) => (ratios[place] == null ? words.off : percent(ratios[place])),
                isNumber: true,
              })),
            ]}
          />
        </div>
      )}
    </details>
  );
}

function rowsOf({ from, stepMs, level, signals }: MemoryHistory): Row[] {
  const size = Math.ceil(level.length / mostRows);
  const rows: Row[] = [];
  for (let begin = 0; begin < level.length; begin += size) {
    const known = level.slice(begin, begin + size).filter((value) => value !== null);
    if (known.length === 0) continue;
    const ratios = signals.map(({ ratio }) => {
      const values = ratio.slice(begin, begin + size).filter((value) => value !== null);
      return values.length === 0 ? null : Math.max(...values);
    });
    rows.push({ at: from + begin * stepMs, level: Math.max(...known), ratios });
  }
  return rows;
}

function timeOf(epochMs: number, range: MemoryHistory['range']): string {
  const day = range === 'month' ? ({ day: 'numeric', month: 'short' } as const) : {};
  const second = range === 'minutes' ? ({ second: '2-digit' } as const) : {};
  return new Date(epochMs).toLocaleString(undefined, { ...day, hour: '2-digit', minute: '2-digit', ...second });
}
