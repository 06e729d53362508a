import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRoomIndexes } from './index.ts';
import { passagesOf } from './testing.ts';

/*
 * Lets a room grow, save by save, until it is killed; the passages that each save was answered for are a line on standard
 * output: the whole line is in the pipe before the next save.
 */
const { values } = parseArgs({ options: { path: { type: 'string', default: '' } } });
const { path } = values;
const indexes = createRoomIndexes();
const all = passagesOf(2000, 32);

const saved = await indexes.project(path).catch(() => null);
const room = saved ? await indexes.open(path, saved.savedBytes) : indexes.create(path, { dims: 32, bits: 4 });
for (;;) {
  if (room.passages >= all.length) throw new Error('The room is full: nobody killed this process.');
  await room.append(all.slice(room.passages, room.passages + 5));
  await room.save();
  writeSync(1, `${room.passages}\n`);
}
