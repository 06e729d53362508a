import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { idOf, openRooms } from '../fixture.ts';
import { residentBytes } from './resident-bytes.ts';

const [dir, ...numbers] = process.argv.slice(2) as [string, ...string[]];
const [count, ownFiles, vectorDims] = numbers.map(Number) as [number, number, number];
/** Rooms that are asked before anything is measured, and stay: compilers and allocators have done their first by then. */
const warmRooms = 10;
const warmQuestions = 20;

function dropPageCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1');
    return true;
  } catch {
    return false;
  }
}

const times: number[] = [];
const { rooms, close, governor } = openRooms(dir, { budgetBytes: 2 ** 33, onActivated: (ms) => times.push(ms) });
const vector = Float32Array.from({ length: vectorDims }, (_, index) => Math.sin(index));
const ask = (room: number) => rooms.search(idOf(room), { text: 'security of the configuration', vector, k: 5 });

for (let question = 0; question < warmQuestions * warmRooms; question += 1) await ask(question % warmRooms);
const before = await residentBytes();
const warmBytes = rooms.stats().bytes;
const isDropped = dropPageCache();
times.length = 0;
const questionMs: number[] = [];
const questionCpuMs: number[] = [];
let hits = 0;
for (let room = warmRooms; room < count; room += 1) {
  const cpu = process.threadCpuUsage();
  const beganMs = performance.now();
  const found = await ask(room);
  questionMs.push(performance.now() - beganMs);
  const { user, system } = process.threadCpuUsage(cpu);
  questionCpuMs.push((user + system) / 1000);
  hits += found.hits.length;
}
const after = await residentBytes();
const { bytes, resident } = rooms.stats();
if (resident !== count || hits !== 5 * (count - warmRooms))
  throw new Error(`${resident} of ${count} rooms answered with ${hits} hits`);
const reserved = governor.ledger().entries.find(({ name }) => name === 'rooms')?.bytes;
if (reserved !== bytes) throw new Error(`The governor has ${reserved} bytes reserved for rooms, they hold ${bytes}`);
const measured = { rooms: count - warmRooms, residentBytes: after - before, ledgerBytes: bytes - warmBytes };
// The rest are links to files that are read already.
const cold = ownFiles - warmRooms;
const ms = { activation: times.slice(0, cold), question: questionMs.slice(0, cold), cpu: questionCpuMs.slice(0, cold) };
const processBytes = before - warmBytes;
await close();
console.log(JSON.stringify({ ...measured, processBytes, ms, isDropped }));
