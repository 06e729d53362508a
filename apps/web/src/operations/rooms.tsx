import type { MemoryState } from '@hansard/protocol';
import { Link } from 'wouter';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import classes from './operations.module.css';

const words = strings.operations;

const columns: readonly Column<MemoryState['rooms'][number]>[] = [
  { name: words.name, cell: ({ id, title }) => <Link href={`/m/${id}`}>{title}</Link> },
  { name: words.size, cell: (room) => bytes(room.bytes), isNumber: true },
];

/** The rooms in memory: a room is the index of one meeting's documents. */
export function Rooms({ rooms }: Pick<MemoryState, 'rooms'>) {
  return (
    <Card title={words.rooms}>
      {rooms.length === 0 && (
        <>
          <p>{words.noRooms}</p>
          <p className={classes.soft}>{words.noRoomsHint}</p>
        </>
      )}
      {rooms.length > 0 && <Table label={words.rooms} rows={rooms} keyOf={({ id }) => id} columns={columns} />}
    </Card>
  );
}
