/** Runs jobs, at most so many at once; the others wait in order. */
export interface RunQueue {
  /** How many wait. */
  readonly waiting: number;
  /** The job is called when it is its turn. It must not reject. */
  add(job: () => Promise<void>): void;
  /** Resolves once nothing runs or waits. */
  idle(): Promise<void>;
}

export function createRunQueue(maxAtOnce: number): RunQueue {
  const jobs: (() => Promise<void>)[] = [];
  const whenIdle: (() => void)[] = [];
  let running = 0;

  async function next(): Promise<void> {
    const job = running < maxAtOnce ? jobs.shift() : undefined;
    if (!job) {
      if (running === 0) for (const tell of whenIdle.splice(0)) tell();
      return;
    }
    running += 1;
    try {
      await job();
    } finally {
      running -= 1;
      void next();
    }
  }

  return {
    get waiting() {
      return jobs.length;
    },
    add: (job) => {
      jobs.push(job);
      void next();
    },
    idle: () =>
      running === 0 && jobs.length === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve)),
  };
}
