import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Reading, Sensors, SignalName } from '../contracts.ts';
import { createContainerSensor } from './cgroup/container.ts';
import { createCollectionSensor } from './collections.ts';
import { createEventLoopSensor } from './event-loop.ts';
import { createOldGenerationSensor, oldGenerationBytes } from './old-generation.ts';
import { createResidentSensor } from './resident.ts';
import { knownSemiSpaceBytes, semiSpaceBytes, usualSemiSpaceBytes } from './semi-space.ts';

export interface NodeSensorsOptions {
  /** Where `/proc` and `/sys` are looked for; `/` unless told. */
  readonly root?: string;
  /** What may lie outside V8's heap. No signal without it. */
  readonly externalBudgetBytes?: number;
  /** What the process may have resident; the machine's memory unless told. */
  readonly rssBudgetBytes?: number;
  /** Told of what can't be read, at every reading (never while the sensors are made): it is for the caller to say it less often. */
  readonly onError?: (name: SensorName, error: Error) => void;
}

type SensorName = SignalName | 'pressure-stall' | 'semi-space';

export interface NodeSensors extends Sensors {
  /** Settles once V8 has said the size of its semi-spaces; until then, what is usual for its version stands in. */
  readonly ready: Promise<void>;
}

/** The sensors of this process (or this worker thread). Holds a few file descriptors and an observer until it is closed. */
export function createNodeSensors(options: NodeSensorsOptions = {}): NodeSensors {
  const { root = '/', externalBudgetBytes, rssBudgetBytes = totalmem(), onError = () => undefined } = options;
  const knownBytes = knownSemiSpaceBytes();
  // A guess can be larger than a small heap: until the worker has answered, half of that heap at least is old generation.
  let semiBytes = knownBytes ?? Math.min(usualSemiSpaceBytes(), getHeapStatistics().heap_size_limit / 6);
  const ready = knownBytes === null ? askSemiSpace() : Promise.resolve();

  // Who listens may need the sensors for that: what fails while they are made is told with the first reading.
  const early: [SensorName, Error][] = [];
  let isMade = false;
  const fail = (name: SensorName, error: Error) => (isMade ? onError(name, error) : void early.push([name, error]));

  const container = createContainerSensor(root, (error) => fail('container', error));
  const resident = createResidentSensor(root, (error) => fail('rss', error));
  const eventLoop = createEventLoopSensor();
  const collections = createCollectionSensor(oldGenerationBytes);
  const readOldGeneration = createOldGenerationSensor(() => collections.minor);

  isMade = true;

  async function askSemiSpace() {
    try {
      semiBytes = await semiSpaceBytes();
    } catch (error) {
      onError('semi-space', error as Error);
    }
  }

  /** What `read` gives, or null where it throws: that is told, and one signal's trouble is not the others'. */
  function attempt<T>(name: SensorName, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      onError(name, error as Error);
      return null;
    }
  }

  const readers: Record<SignalName, () => Reading | null> = {
    'old-generation': () => readOldGeneration(semiBytes),
    container: () => container.read(),
    rss: () => ({ usedBytes: resident.readBytes(), limitBytes: rssBudgetBytes }),
    external: () =>
      externalBudgetBytes === undefined
        ? null
        : { usedBytes: getHeapStatistics().external_memory, limitBytes: externalBudgetBytes },
  };
  const signals = Object.entries(readers) as [SignalName, () => Reading | null][];

  return {
    ready,
    readSignals() {
      for (const [name, error] of early.splice(0)) onError(name, error);
      const readings: Partial<Record<SignalName, Reading>> = {};
      for (const [name, read] of signals) {
        const reading = attempt(name, read);
        if (reading !== null) readings[name] = reading;
      }
      return readings;
    },
    glance: () => attempt('old-generation', () => readOldGeneration(semiBytes)),
    readGauges() {
      const usage = process.memoryUsage();
      return {
        rssBytes: usage.rss,
        heapUsedBytes: usage.heapUsed,
        heapTotalBytes: usage.heapTotal,
        externalBytes: usage.external,
        arrayBuffersBytes: usage.arrayBuffers,
        eventLoop: eventLoop.read(),
        collections: collections.read(),
        psi: attempt('pressure-stall', () => container.readPressureStall()),
      };
    },
    onMajorCollection: (listener) => collections.onMajor(listener),
    close() {
      container.close();
      resident.close();
      eventLoop.close();
      collections.close();
    },
  };
}
