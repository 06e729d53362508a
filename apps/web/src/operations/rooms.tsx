import { useState } from 'react';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { MemoryState } from '@hansard/protocol';
import { Link } from 'wouter';
import { api } from '../app/api.ts';
import { bytes } from '../format/bytes.ts';
import { when } from '../format/time.ts';
import { strings } from '../strings.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Card } from './card.tsx';
import { Table, type Column } from './table.tsx';
import { number } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

type Room = MemoryState['rooms'][number];

const columnsOf = (now: number, ask: (room: Room) => void): readonly Column<Room>[] => [
  { name: words.name, cell: ({ id, title }) => <Link href={`/m/${id}`}>{title}</Link> },
  { name: words.passages, cell: ({ passages }) => number(passages), isNumber: true, isExtra: true },
  { name: words.lastUsed, cell: ({ lastUsedAt }) => when(lastUsedAt, now), isExtra: true },
  { name: words.size, cell: (room) => bytes(room.bytes), isNumber: true },
  { name: words.evict, cell: (room) => <Evict room={room} onAsk={() => ask(room)} /> },
];

function Evict({ room, onAsk }: { room: Room; onAsk: () => void }) {
  if (room.isPinned) return <span className={classes.soft}>{words.inUse}</span>;
  return (
    <Button variant="default" size="compact-sm" aria-label={words.evictNamed(room.title)} onClick={onAsk}>
      {words.evict}
    </Button>
  );
}

/** The rooms in memory: a room is the index of one meeting's documents. */
export function Rooms({ rooms, now }: Pick<MemoryState, 'rooms'> & { now: number }) {
  const [asked, setAsked] = useState<Room>();
  const queryClient = useQueryClient();

  async function evict(room: Room) {
    await api.evictRoom(room.id);
    setAsked(undefined);
    await queryClient.invalidateQueries({ queryKey: ['memory'] });
  }

  return (
    <Card title={words.rooms}>
      {rooms.length === 0 && (
        <>
          <p>{words.noRooms}</p>
          <p className={classes.soft}>{words.noRoomsHint}</p>
        </>
      )}
      {rooms.length > 0 && (
        <Table label={words.rooms} rows={rooms} keyOf={({ id }) => id} columns={columnsOf(now, setAsked)} />
      )}
      {asked && (
        <ConfirmDialog
          title={words.evictTitle(asked.title)}
          action={words.evict}
          onConfirm={() => evict(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{words.evictWhat(bytes(asked.bytes))}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}
