import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { k, measureRecall, type Recall } from './measure.ts';
import { readEmbeddings } from './read-embeddings.ts';
import { syntheticSets, type VectorSet } from './vector-sets.ts';

/** Vectors that are read of a file: what fits into a GB at 4096 numbers. */
const maxVectors = 50_000;
/** Vectors of a file that are taken out of its rooms and asked for. */
const queriesOfRoom = 200;

export const benchmark: Benchmark = {
  describe: `recall@${k} of packed vectors against exact 32-bit search; your own vectors with --embeddings FILE (.npy of 32-bit, or JSON lines)`,
  options: {
    embeddings: { type: 'string' },
    /** Vectors asked with, in the same format; without it some of the file's are taken out. */
    queries: { type: 'string' },
    /** Vectors a room. */
    room: { type: 'string', default: '1000' },
  },
  async run({ embeddings, queries, room }) {
    const size = Number(room);
    if (!Number.isInteger(size) || size < 10 || size > 16_000) throw new Error('--room is 10 to 16000 vectors.');
    const sets =
      typeof embeddings === 'string'
        ? await setsOfFile(embeddings, typeof queries === 'string' ? queries : null, size)
        : await syntheticSets(size);
    const { figures, goals } = await recallOf(sets);
    report({ bench: 'recall', figures, goals });
  },
};

/** Prints and gives the recall of each kind of vectors, and the goals: all but one in a thousand are found. */
export async function recallOf(
  sets: readonly VectorSet[],
): Promise<{ figures: Record<string, number>; goals: Goal[] }> {
  const figures: Record<string, number> = {};
  const goals: Goal[] = [];
  for (const { name, rooms } of sets) {
    for (const bits of [4, 8] as const) {
      const recalls: Recall[] = [];
      for (const { vectors, queries } of rooms) recalls.push(await measureRecall(vectors, queries, bits));
      const asked = rooms.reduce((sum, { queries }) => sum + queries.length, 0);
      const meanOf = (field: keyof Recall) =>
        rooms.reduce((sum, { queries }, index) => sum + recalls[index]![field] * queries.length, 0) / asked;
      const [packed, rescored] = [rounded(meanOf('packed')), rounded(meanOf('rescored'))];
      console.log(`# ${name}, int${bits}: recall@${k} ${packed} packed, ${rescored} rescored (${asked} queries)`);
      figures[`recall packed ${name} int${bits}`] = packed;
      goals.push({ name: `recall rescored ${name} int${bits}`, is: rescored, want: '>= 0.999' });
    }
  }
  return { figures, goals };
}

async function setsOfFile(path: string, queriesPath: string | null, size: number): Promise<VectorSet[]> {
  const vectors = await readEmbeddings(path, maxVectors);
  const given = queriesPath === null ? null : await readEmbeddings(queriesPath, maxVectors);
  if (given?.[0] && given[0].length !== vectors[0]?.length)
    throw new Error('Queries and vectors differ in their length.');
  if (vectors.length < 10) throw new Error(`${path} has ${vectors.length} vectors; give at least 10.`);
  console.log(`# ${vectors.length} vectors of ${vectors[0]!.length} numbers, in rooms of ${size}`);
  const rooms = [];
  for (let from = 0; from < vectors.length; from += size) {
    const part = vectors.slice(from, from + size);
    const every = Math.max(2, Math.ceil(part.length / queriesOfRoom));
    const kept = given ? part : part.filter((_, index) => index % every !== 0);
    if (kept.length === 0) continue;
    rooms.push({ vectors: kept, queries: given ?? part.filter((_, index) => index % every === 0) });
  }
  return [{ name: 'given', rooms }];
}

function rounded(value: number): number {
  return Math.floor(value * 10_000) / 10_000;
}
