import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { createGovernor } from '@hansard/headroom';
import { median } from '../../report.ts';

const rounds = 40;
const calls = 2_000_000;
/** Long enough that the governor's timer is late and guards have to sample by themselves. */
const blockedMs = 2000;

const governor = createGovernor().start();
const collectGarbage = (globalThis as { gc?: () => void }).gc!;

const box = { number: 0 };
const kept = Array.from({ length: 8 }, () => box);
const kinds: Record<string, (calls: number) => unknown> = {
  nothing(calls) {
    for (let call = 0; call < calls; call += 1) box.number = call;
    return box;
  },
  guard(calls) {
    for (let call = 0; call < calls; call += 1) governor.check();
    return null;
  },
  allocating(calls) {
    for (let call = 0; call < calls; call += 1) kept[call % kept.length] = { number: call };
    return kept;
  },
};

interface Turn {
  ns: number;
  bytes: number;
}

/**
 * Bytes that the heap has grown by are what was allocated, where no collection comes between: the process is started with
 * a young generation that holds all of it. The loop that allocates shows that the meter sees it.
 */
function run(kind: string): Turn {
  const heapBefore = getHeapStatistics().used_heap_size;
  const beganMs = performance.now();
  kinds[kind]!(calls);
  const tookMs = performance.now() - beganMs;
  return { ns: (tookMs * 1e6) / calls, bytes: getHeapStatistics().used_heap_size - heapBefore };
}

/** Many short calls make the compiler compile the loops whole, and not anew at each entry. */
for (let call = 0; call < 2000; call += 1) for (const kind of Object.values(kinds)) kind(2000);

const turns: Record<string, Turn[]> = { nothing: [], guard: [], allocating: [] };
for (let round = 0; round < rounds; round += 1) {
  for (const kind of Object.keys(kinds)) {
    collectGarbage();
    // Where the last sample is old, it is taken now and not within.
    governor.sample();
    const turn = run(kind);
    if (round >= rounds / 4) turns[kind]!.push(turn);
  }
  await new Promise((resolve) => void setTimeout(resolve, 5));
}

/** A loop that never lets the timer run: what guards cost when they take the samples too. */
const samplesBefore = governor.counters.samples;
const beganMs = performance.now();
let blockedCalls = 0;
while (performance.now() - beganMs < blockedMs) {
  kinds['guard']!(10_000);
  blockedCalls += 10_000;
}
const blockedNs = ((performance.now() - beganMs) * 1e6) / blockedCalls;
const ownSamples = governor.counters.samples - samplesBefore;
governor.stop();

const of = (kind: string, pick: (turn: Turn) => number) => median(turns[kind]!.map(pick));
console.log(
  JSON.stringify({
    guardNs: of('guard', ({ ns }) => ns),
    loopNs: of('nothing', ({ ns }) => ns),
    guardBytes: of('guard', ({ bytes }) => bytes),
    loopBytes: of('nothing', ({ bytes }) => bytes),
    allocatingBytesPerCall: of('allocating', ({ bytes }) => bytes) / calls,
    calls,
    blockedNs,
    ownSamples,
  }),
);
