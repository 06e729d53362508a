import { create, insertMultiple, search } from '@orama/orama';
import { piecesOf } from '../fixture.ts';
import { dims, realPassages } from '../real-passages.ts';
import { residentBytes } from './resident-bytes.ts';

const [count, perRoom] = process.argv.slice(2).map(Number) as [number, number];
const passages = await realPassages(1000);

async function makeRoom(room: number) {
  const index = create({
    schema: {
      source: 'string',
      page: 'number',
      start: 'number',
      end: 'number',
      text: 'string',
      embedding: `vector[${dims}]`,
    },
  } as const);
  const documents = piecesOf(passages, room, perRoom).map(({ page, start, end, text, vector }) => ({
    ...{ source: `document-${room}`, page, start, end, text: ownCopy(text), embedding: Array.from(vector) },
  }));
  await insertMultiple(index, documents);
  return index;
}

/** A string that shares nothing with the texts read, as one off a wire. */
const ownCopy = (text: string) => Buffer.from(text).toString();

const rooms: Awaited<ReturnType<typeof makeRoom>>[] = [];
const fill = async (to: number) => {
  while (rooms.length < to) rooms.push(await makeRoom(rooms.length));
};
await fill(count >> 1);
const before = await residentBytes();
await fill(count);
const after = await residentBytes();
for (const room of rooms) {
  const { hits } = await search(room, { term: 'the', limit: 5 });
  if (hits.length === 0) throw new Error('A room does not answer');
}
console.log(JSON.stringify({ rooms: count - (count >> 1), residentBytes: after - before }));
