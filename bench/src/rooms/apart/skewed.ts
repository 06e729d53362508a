import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { performance } from 'node:perf_hooks';
import { idOf, openRooms, piecesOf } from '../fixture.ts';
import { realPassages } from '../real-passages.ts';

const [dir, ...numbers] = process.argv.slice(2) as [string, ...string[]];
const [count, originals, perRoom, budgetBytes, questions, forMs] = numbers.map(Number) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const askers = 8;
/** Of the requests: a line is said in the room; what was said last is asked for, where there is something. */
const saidShare = 0.02;
const askedShare = 0.2;

const passages = await realPassages(1000);
/** The last line said in a room; all of them are kept, as the database would. */
const said = new Map<number, string[]>();
const roomOf = (meetingId: string) => Number(meetingId.slice(-6));
const { rooms, close } = openRooms(dir, {
  budgetBytes,
  debounceMs: 100,
  readTranscript: async function* (meetingId) {
    const lines = said.get(roomOf(meetingId)) ?? [];
    yield lines.map((text, at) => ({ seq: at + 1, speaker: 'Ana', startMs: at * 1000, endMs: at * 1000 + 900, text }));
  },
});
const raw = new DatabaseSync(join(dir, 'hansard.sqlite'));
raw.exec('PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000');
const bump = raw.prepare('UPDATE meetings SET seq = seq + 1 WHERE id = ?');

/** Room r is asked for 1 / (r + 1) as often as the first; which room that is, is mixed. */
const cumulative: number[] = [];
for (let rank = 0, sum = 0; rank < count; rank += 1) cumulative.push((sum += 1 / (rank + 1)));
let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
function pick(): number {
  const wanted = random() * cumulative.at(-1)!;
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return (low * 7919) % count;
}

let [requests, wrong, lines, mostBytes] = [0, 0, 0, 0];
const waits: number[] = [];

async function expectFirst(room: number, text: string, expected: string): Promise<void> {
  const beganMs = performance.now();
  const { hits } = await rooms.search(idOf(room), { text, vector: null, k: 3 });
  waits.push(performance.now() - beganMs);
  requests += 1;
  mostBytes = Math.max(mostBytes, rooms.stats().bytes);
  if (hits.some((hit) => hit.text.includes(expected))) return;
  wrong += 1;
  console.error(
    `room ${room}: ${expected.slice(0, 200)} was not found but ${hits.map(({ text }) => text.slice(0, 60)).join(' | ')}`,
  );
}

async function askLast(room: number): Promise<void> {
  const line = said.get(room)!.at(-1)!;
  await expectFirst(room, line.split(' ').at(-1)!, line);
}

async function oneRequest(): Promise<void> {
  const room = pick();
  if (random() < saidShare) {
    lines += 1;
    said.set(room, [...(said.get(room) ?? []), `Somebody in room ${room} remarked remark${lines}room${room}`]);
    bump.run(idOf(room));
    return askLast(room);
  }
  if (said.has(room) && random() < askedShare) return askLast(room);
  const pieces = piecesOf(passages, room % originals, perRoom);
  const { text } = pieces[Math.floor(random() * perRoom)]!;
  await expectFirst(room, text, text);
}

const untilMs = performance.now() + forMs;
await Promise.all(
  Array.from({ length: askers }, async () => {
    for (let asked = 0; asked < questions / askers && performance.now() < untilMs; asked += 1) await oneRequest();
  }),
);
const { hits, activations, evictions, refusals } = rooms.stats();
const loaded = { requests, hits, activations, evictions, refusals };
// What was said anywhere is found, whatever happened to the room meanwhile.
for (const room of said.keys()) await askLast(room);
waits.sort((a, b) => a - b);
const p99Ms = waits[Math.floor(waits.length * 0.99)];
console.log(JSON.stringify({ ...loaded, wrong, lines, compared: requests, mostBytes, p99Ms }));
raw.close();
await close();
