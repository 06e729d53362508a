import type { EngineStatus, MemoryClass, MemoryState } from '@hansard/protocol';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

const columns: readonly Column<MemoryClass>[] = [
  {
    name: words.name,
    cell: ({ name, priority }) => (
      <>
        {name} <span className={classes.soft}>{words.priorities[priority]}</span>
      </>
    ),
  },
  { name: words.inFlight, cell: ({ inFlight }) => number(inFlight), isNumber: true },
  { name: words.limit, cell: ({ limit }) => (limit === null ? words.none : number(limit)), isNumber: true },
  { name: words.queued, cell: ({ queued }) => number(queued), isNumber: true, isExtra: true },
  { name: words.rejected, cell: ({ rejected }) => number(rejected), isNumber: true },
];

/** Who is let in, by class: how many at once at this level, and who had to go. */
export function Requests({ requestClasses }: { requestClasses: readonly MemoryClass[] }) {
  return (
    <Card title={words.requests}>
      <Table label={words.requests} rows={requestClasses} keyOf={({ name }) => name} columns={columns} />
    </Card>
  );
}

/** What waits for its turn, and for whom. */
export function Queues({ queues, engines }: { queues: MemoryState['queues']; engines: readonly EngineStatus[] }) {
  const shown = engines.filter(({ active, state }) => active || state !== 'missing');
  return (
    <Card title={words.queues}>
      <ul className={classes.list}>
        {(['chunks', 'minutes'] as const).map((name) => (
          <li key={name} className={classes.line}>
            <span>{words.queueNames[name]}</span>
            <span>{number(queues[name])}</span>
          </li>
        ))}
      </ul>
      <h3 className={classes.sub}>{words.engines}</h3>
      <ul className={classes.list}>
        {shown.map(({ task, name, state, concurrency, resumesAt }) => (
          <li key={`${task} ${name}`} className={classes.line}>
            <span>{name}</span>
            <small>{strings.engines.tasks[task]}</small>
            <span>
              {state === 'paused' ? strings.engines.paused(name, resumesAt) : strings.engines.states[state]}
              {concurrency > 0 && `, ${strings.engines.calls(concurrency)}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
