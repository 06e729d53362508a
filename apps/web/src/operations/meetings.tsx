import type { MemoryState } from '@hansard/protocol';
import { Link } from 'wouter';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

const columns: readonly Column<MemoryState['meetings'][number]>[] = [
  { name: words.name, cell: ({ id, title }) => <Link href={`/m/${id}`}>{title}</Link> },
  { name: words.tracksTitle, cell: ({ tracks }) => number(tracks), isNumber: true },
  { name: words.size, cell: (meeting) => bytes(meeting.bytes), isNumber: true },
];

/** More than this many are scrolled to. */
const mostSeen = 8;

export function Meetings({ meetings }: Pick<MemoryState, 'meetings'>) {
  const table = <Table label={words.meetings} rows={meetings} keyOf={({ id }) => id} columns={columns} />;
  return (
    <Card title={words.meetings}>
      {meetings.length === 0 && <p className={classes.soft}>{words.noMeetings}</p>}
      {meetings.length > 0 && meetings.length <= mostSeen && table}
      {meetings.length > mostSeen && (
        <div className={classes.scroll} role="region" aria-label={words.meetings} tabIndex={0}>
          {table}
        </div>
      )}
    </Card>
  );
}
