import type { MemoryState } from '@hansard/protocol';
import { Link } from 'wouter';
import { bytes } from '../format/bytes.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

const meetingColumns: readonly Column<MemoryState['meetings'][number]>[] = [
  { name: words.name, cell: ({ id, title }) => <Link href={`/m/${id}`}>{title}</Link> },
  { name: words.tracksTitle, cell: ({ tracks }) => number(tracks), isNumber: true },
  { name: words.size, cell: (meeting) => bytes(meeting.bytes), isNumber: true },
];

const roomColumns: readonly Column<MemoryState['rooms'][number]>[] = [
  { name: words.name, cell: ({ id, title }) => <Link href={`/m/${id}`}>{title}</Link> },
  { name: words.size, cell: (room) => bytes(room.bytes), isNumber: true },
];

export function Meetings({ meetings }: Pick<MemoryState, 'meetings'>) {
  return (
    <Card title={words.meetings}>
      {meetings.length === 0 && <p className={classes.soft}>{words.noMeetings}</p>}
      {meetings.length > 0 && (
        <Table label={words.meetings} rows={meetings} keyOf={({ id }) => id} columns={meetingColumns} />
      )}
    </Card>
  );
}

export function Rooms({ rooms }: Pick<MemoryState, 'rooms'>) {
  return (
    <Card title={words.rooms}>
      {rooms.length === 0 && (
        <>
          <p>{words.noRooms}</p>
          <p className={classes.soft}>{words.noRoomsHint}</p>
        </>
      )}
      {rooms.length > 0 && <Table label={words.rooms} rows={rooms} keyOf={({ id }) => id} columns={roomColumns} />}
    </Card>
  );
}
