/** Payloads of one size for as many tracks as may be in flight, each track one after the other. */
export interface Load {
  records: number;
  bytes: number;
  inFlight: number;
}

export interface Run {
  bytesPerSecond: number;
  /** Of user and system time, of the whole process. */
  cpuMicrosPerRecord: number;
  latenciesMs: number[];
}

/** `append` resolves when the payload, the next one of its track, is on the disk. */
export async function appendAll(
  { records, bytes, inFlight }: Load,
  append: (track: number, payload: Uint8Array) => Promise<void>,
): Promise<Run> {
  const payloads = Array.from({ length: inFlight }, (_, track) => new Uint8Array(bytes).fill(track + 1));
  const latenciesMs: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  let left = records;
  await Promise.all(
    payloads.map(async (payload, track) => {
      while (left > 0) {
        left -= 1;
        const from = performance.now();
        await append(track, payload);
        latenciesMs.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { bytesPerSecond: (records * bytes) / seconds, cpuMicrosPerRecord: (user + system) / records, latenciesMs };
}
