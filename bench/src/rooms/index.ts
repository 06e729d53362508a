import { loadavg, tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureApart } from '../headroom/run-apart.ts';
import type { Benchmark } from '../main.ts';
import { percentile, report } from '../report.ts';
import { makeRooms } from './fixture.ts';
import { dims, realPassages, type RealPassage } from './real-passages.ts';
import { measureRedis } from './redis.ts';

interface Ours {
  rooms: number;
  /** Of these rooms, and of the process without any. */
  residentBytes: number;
  ledgerBytes: number;
  processBytes: number;
  /** Of rooms read from a cold file; `cpu` is what the first question took of the main thread. */
  ms: { activation: number[]; question: number[]; cpu: number[] };
  isDropped: boolean;
}
interface Skewed {
  requests: number;
  hits: number;
  activations: number;
  evictions: number;
  refusals: number;
  wrong: number;
  lines: number;
  compared: number;
  mostBytes: number;
  p99Ms: number;
}

/** Passages of a room, rooms of ours, and of the others: those are so much larger that fewer are enough. */
const sizes = [
  { perRoom: 50, rooms: 4000, originals: 8, ownFiles: 410, others: 160 },
  { perRoom: 200, rooms: 1500, originals: 4, ownFiles: 310, others: 40 },
  { perRoom: 500, rooms: 500, originals: 3, ownFiles: 110, others: 16 },
  { perRoom: 1000, rooms: 250, originals: 2, ownFiles: 60, others: 8 },
];
const gb = 1e9;
/** The budget holds about 2 % of the rooms. */
const skewed = { rooms: 20_000, originals: 100, perRoom: 20, budgetBytes: 8e6, forMs: 150_000 };

export const benchmark: Benchmark = {
  describe:
    'memory of rooms beside a hash per passage in Redis and beside Orama; cold activation; many rooms, small budget',
  options: {
    /** Asked under the skewed load, as far as they are answered in two and a half minutes. */
    questions: { type: 'string', default: '20000' },
  },
  async run(values) {
    const dir = await mkdtemp(join(tmpdir(), 'hansard-bench-rooms-'));
    try {
      await compare(dir, Number(values['questions']));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function compare(dir: string, questions: number): Promise<void> {
  const passages = await realPassages(1000);
  const figures: Record<string, number> = {};
  console.log(`# load of the machine at the start: ${loadavg().map(Math.round).join(' ')}`);
  const activations: number[] = [];
  for (const { perRoom, rooms, originals, ownFiles, others } of sizes) {
    const folder = join(dir, String(perRoom));
    await makeRooms({ dir: folder, rooms, originals, ownFiles }, passages, perRoom);
    const ours = await measure<Ours>('hansard', [folder, rooms, ownFiles, dims]);
    const orama = await measure<{ rooms: number; residentBytes: number }>('orama', [others, perRoom]);
    const redis = await measureRedis(passages, others, perRoom);
    await rm(folder, { recursive: true, force: true });
    const perPassage = {
      resident: ours.residentBytes / (ours.rooms * perRoom),
      ledger: ours.ledgerBytes / (ours.rooms * perRoom),
      redis: redis.usedBytes / (others * perRoom),
      redisResident: redis.residentBytes / (others * perRoom),
      orama: orama.residentBytes / (orama.rooms * perRoom),
    };
    for (const [side, bytes] of Object.entries(perPassage)) {
      figures[`${side} B/passage, ${perRoom}`] = Math.round(bytes);
      figures[`${side} rooms/GB, ${perRoom}`] = Math.floor(gb / (bytes * perRoom));
    }
    // The process itself counted in: its code, its heap, the database's cache.
    const whole = Math.floor((gb - ours.processBytes) / (perPassage.resident * perRoom));
    figures[`rooms in a process of 1 GB, ${perRoom}`] = whole;
    figures[`activation p50 ms, ${perRoom}`] = round(percentile(ours.ms.activation, 0.5));
    figures[`activation p99 ms, ${perRoom}`] = round(percentile(ours.ms.activation, 0.99));
    figures[`first question p99 ms, ${perRoom}`] = round(percentile(ours.ms.question, 0.99));
    figures[`first question p99 ms of processor, ${perRoom}`] = round(percentile(ours.ms.cpu, 0.99));
    activations.push(...ours.ms.activation);
    const [a, b, c, d, e] = Object.values(perPassage).map(Math.round);
    console.log(
      `#   ${perRoom} passages: ours ${a} B resident, ${b} by account; Redis ${c} (${d} resident), Orama ${e}; cold activation p99 ${figures[`activation p99 ms, ${perRoom}`]} ms${ours.isDropped ? '' : ' (page cache could not be dropped)'}`,
    );
  }
  const load = await runSkewed(join(dir, 'skewed'), passages, questions);
  const hitRatio = load.hits / (load.hits + load.activations);
  console.log(
    `#   ${load.requests} questions to ${skewed.rooms} rooms: hit ratio ${hitRatio.toFixed(3)}, ${load.activations} activations, ${load.evictions} evictions, ${load.lines} lines said, ${load.wrong} of ${load.compared} answers wrong`,
  );
  report({
    bench: 'rooms',
    figures: {
      ...figures,
      'machine load at the end': round(loadavg()[0]!),
      'activations measured': activations.length,
      'skewed: questions': load.requests,
      'skewed: hit ratio': Math.round(hitRatio * 1000) / 1000,
      'skewed: activations': load.activations,
      'skewed: evictions': load.evictions,
      'skewed: refusals': load.refusals,
      'skewed: lines said': load.lines,
      'skewed: answers compared': load.compared,
      'skewed: question p99 ms': round(load.p99Ms),
      'skewed: most bytes held': load.mostBytes,
    },
    goals: [
      { name: 'rooms of 200 per GB, resident', is: figures['resident rooms/GB, 200']!, want: '>= 6500' },
      { name: 'rooms of 200 per GB, ledger', is: figures['ledger rooms/GB, 200']!, want: '>= 6500' },
      {
        name: 'times the reference’s rooms of 200',
        is: round(figures['resident rooms/GB, 200']! / figures['redis rooms/GB, 200']!),
        want: '>= 10',
      },
      { name: 'cold activation of 200, p99 ms', is: figures['activation p99 ms, 200']!, want: '<= 50' },
      { name: 'cold activation of all sizes, p99 ms', is: round(percentile(activations, 0.99)), want: '<= 50' },
      { name: 'skewed: rooms', is: skewed.rooms, want: '>= 20000' },
      { name: 'skewed: evictions', is: load.evictions, want: '>= 1000' },
      { name: 'skewed: wrong answers', is: load.wrong + load.refusals, want: '== 0' },
    ],
  });
}

async function runSkewed(dir: string, passages: readonly RealPassage[], questions: number) {
  const { rooms, originals, perRoom, budgetBytes, forMs } = skewed;
  await makeRooms({ dir, rooms, originals, ownFiles: 0 }, passages, perRoom);
  return measure<Skewed>('skewed', [dir, rooms, originals, perRoom, budgetBytes, questions, forMs]);
}

function measure<T>(name: string, args: (string | number)[]): Promise<T> {
  const file = join(import.meta.dirname, `apart/${name}.ts`);
  return measureApart<T>({ file, args: args.map(String), flags: ['--expose-gc'], timeoutMs: 300_000 });
}

const round = (value: number) => Math.round(value * 10) / 10;
