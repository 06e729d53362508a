import { availableParallelism, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Reading, Sensors, SignalName } from '../contracts.ts';
import { adviseFlags, type FlagAdvice } from './advise-flags.ts';

/** What a process started here sees. Bytes throughout. */
export interface Diagnosis {
  readonly node: string;
  readonly machineBytes: number;
  /** The fullest of the groups that limit the process, and the smallest limit of them. */
  readonly container: Reading | null;
  readonly containerLimitBytes: number | null;
  readonly heap: { readonly usedBytes: number; readonly limitBytes: number; readonly semiSpaceBytes: number };
  readonly signals: readonly SignalDiagnosis[];
  readonly advice: FlagAdvice;
}

interface SignalDiagnosis {
  readonly name: SignalName;
  readonly reading: Reading | null;
  /** Why it is on, or off. */
  readonly why: string;
}

const whyOn: Record<SignalName, string> = {
  'old-generation': "V8's limit less its young generation",
  container: "the tightest limit of the process's group and those above it",
  rss: 'its budget, or else the memory of the machine',
  external: 'its budget',
};
const whyOff: Record<SignalName, string> = {
  'old-generation': 'V8 does not say',
  container: 'no limit in /sys/fs/cgroup for this process or above it',
  rss: '/proc can not be read',
  external: 'no budget is given (externalBudgetBytes)',
};

/** Reads the sensors once. `semiSpaceBytes` is one semi-space, `containerLimitBytes` the smallest limit. */
export function diagnose(sensors: Sensors, semiSpaceBytes: number, containerLimitBytes: number | null): Diagnosis {
  const signals = sensors.readSignals();
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
  const container = signals.container ?? null;
  return {
    node: process.version,
    machineBytes: totalmem(),
    container,
    heap: { usedBytes, limitBytes, semiSpaceBytes },
    signals: (Object.keys(whyOn) as SignalName[]).map((name) => {
      const reading = signals[name] ?? null;
      return { name, reading, why: (reading === null ? whyOff : whyOn)[name] };
    }),
    containerLimitBytes,
    advice: adviseFlags({ containerLimitBytes, processors: availableParallelism() }),
  };
}

const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MB`;
const share = ({ usedBytes, limitBytes }: Reading) =>
  `${mb(usedBytes)} of ${mb(limitBytes)} (${((100 * usedBytes) / limitBytes).toFixed(1)} %)`;

/** The same as lines to read. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { node, machineBytes, container, containerLimitBytes, heap, signals, advice } = diagnosis;
  const fits = containerLimitBytes === null || heap.limitBytes < containerLimitBytes;
  return [
    `node        ${node}, machine ${mb(machineBytes)}`,
    `container   ${container === null ? 'no limit' : share(container)}`,
    `heap        ${share(heap)}, semi-space ${mb(heap.semiSpaceBytes)}`,
    '',
    ...signals.map(
      ({ name, reading, why }) => `${name.padEnd(15)} ${reading === null ? 'off' : `on   ${share(reading)}`}  ${why}`,
    ),
    '',
    ...(fits ? [] : ['! The heap may grow larger than the container: the kernel would kill the process first.']),
    ...advice.reasons,
    `Start with: node ${advice.flags.join(' ')}`,
  ].join('\n');
}
