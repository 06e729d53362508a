import { useId, useState } from 'react';
import { Skeleton } from '@mantine/core';
import type { MemoryHistory, MemoryRange } from '@hansard/protocol';
import { explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { Card } from '../card.tsx';
import { Choice } from '../choice.tsx';
import { useMemoryHistory } from '../use-memory.ts';
import { percent } from '../words.ts';
import { HistoryTable } from './history-table.tsx';
import { MemoryGraph } from './memory-graph.tsx';
import type { Thresholds } from './plot-options.ts';
import classes from './graph.module.css';

const words = strings.operations;
const ranges = ['minutes', 'hour', 'day', 'month'] as const satisfies readonly MemoryRange[];

/** The course of memory over one of the ranges. */
export function Course({ thresholds }: { thresholds: Thresholds }) {
  const [range, setRange] = useState<MemoryRange>('minutes');
  const { data: history, error } = useMemoryHistory(range);
  const summary = useId();
  return (
    <Card
      title={words.graph}
      control={
        <Choice
          label={words.rangeLabel}
          options={ranges.map((value) => ({ value, label: words.ranges[value] }))}
          value={range}
          onChange={setRange}
        />
      }
    >
      {!history && !error && <Skeleton height={320} />}
      {!history && error && <p className={classes.none}>{`${words.historyFailed} ${explain(error)}`}</p>}
      {history?.signals.length === 0 && <p className={classes.none}>{words.noHistory}</p>}
      {history && history.signals.length > 0 && (
        <figure className={classes.figure} aria-labelledby={summary}>
          <MemoryGraph key={formOf(history)} history={history} thresholds={thresholds} />
          <VisuallyHidden id={summary}>{summaryOf(history)}</VisuallyHidden>
          <HistoryTable history={history} />
        </figure>
      )}
    </Card>
  );
}

const formOf = ({ range, signals }: MemoryHistory): string => [range, ...signals.map(({ name }) => name)].join();

/** The graph in a sentence for each line. */
function summaryOf({ signals }: MemoryHistory): string {
  return signals
    .map(({ name, ratio }) => {
      const known = ratio.filter((value) => value !== null);
      return words.graphSummary(words.signals[name], percent(known.at(-1) ?? 0), percent(Math.max(0, ...known)));
    })
    .join(' ');
}
