import type { MemoryState } from '@hansard/protocol';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

interface Machine {
  limitBytes: number;
  maxMeetings: number;
  isThis?: boolean;
}

const columns: readonly Column<Machine>[] = [
  {
    name: words.machine,
    cell: (machine) => (
      <>
        {bytes(machine.limitBytes)} {machine.isThis && <span className={classes.soft}>{words.thisMachine}</span>}
      </>
    ),
  },
  { name: words.meetingsAtOnce, cell: (machine) => number(machine.maxMeetings), isNumber: true },
];

/** How many more meetings fit, and what a bigger machine would take. */
export function Capacity({ capacity }: Pick<MemoryState, 'capacity'>) {
  const { limitBytes, activeMeetings, maxMeetings, fitsMore, larger } = capacity;
  return (
    <Card title={words.capacity}>
      <p className={classes.lead}>
        {fitsMore > 0
          ? words.capacityNow(number(fitsMore), number(maxMeetings))
          : words.capacityNone(number(activeMeetings))}
      </p>
      <Table
        label={words.capacity}
        rows={[{ limitBytes, maxMeetings: Math.max(activeMeetings, maxMeetings), isThis: true }, ...larger]}
        keyOf={(machine) => `${machine.limitBytes}`}
        columns={columns}
      />
      <p className={classes.note}>{words.capacityHint}</p>
    </Card>
  );
}
