import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readSpeech, type SpeechFile } from '../load/speech.ts';
import { createMeter, type MeterReading } from './meter.ts';
import { createHansardSession } from './sessions/hansard.ts';
import { createReferenceSession } from './sessions/reference.ts';
import type { Loss, Session, SessionOptions, Viewers } from './sessions/session.ts';
import { createTusSession } from './sessions/tus.ts';

/*
 * One process of the load generator, told what to do by its parent: one command at a time, each answered by what it
 * returns or by an error.
 */

export type SessionKind = 'hansard' | 'reference' | 'tus';

export interface ConnectCommand {
  kind: SessionKind;
  url: string;
  dataDir: string;
  /** Makes the sessions' names unique among generators. */
  prefix: string;
  sessions: number;
  viewers: Viewers;
  speech: SpeechFile;
}

export interface GeneratorReading extends MeterReading {
  /** How late the generator itself was: what it adds to the answers' times. */
  ownDelayP99Ms: number;
}

/** What a generator does, as its parent calls it. */
export interface GeneratorCalls {
  connect(command: ConnectCommand): void;
  open(): void;
  watch(): void;
  /** Each session begins at a moment of its own within `rampMs`, then goes on every second. */
  send(command: { rampMs: number }): void;
  pause(): void;
  reset(): void;
  read(): GeneratorReading;
  /** The server is about to be killed. */
  expectDrops(): void;
  /** The server is back: what does it have of what it acknowledged? */
  findLoss(): Loss;
}

/** Sessions that are connected, opened or asked at once. */
const atOnce = 50;
const tickMs = 1000;

const create: Record<SessionKind, (options: SessionOptions) => Session> = {
  hansard: createHansardSession,
  reference: createReferenceSession,
  tus: createTusSession,
};
const meter = createMeter();
const delayResolutionMs = 5;
const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
const timers = new Set<NodeJS.Timeout>();
let sessions: Session[] = [];

const calls: { [Name in keyof GeneratorCalls]: (command: never) => unknown } = {
  async connect(command: ConnectCommand) {
    const speech = readSpeech(command.speech);
    sessions = Array.from({ length: command.sessions }, (_, index) =>
      create[command.kind]({ ...command, name: `${command.prefix}-${index}`, speech, meter }),
    );
    await forEach((session) => session.connect());
  },
  open: () => forEach((session) => session.open()),
  watch: () => forEach((session) => session.watch()),
  send({ rampMs }: { rampMs: number }) {
    for (const [index, session] of sessions.entries()) {
      every(tickMs, (index / sessions.length) * rampMs, () => session.tick());
    }
  },
  async pause() {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    await forEach((session) => session.settled());
  },
  reset() {
    meter.reset();
    delay.reset();
    delay.enable();
  },
  read: (): GeneratorReading => ({
    ...meter.read(),
    ownDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - delayResolutionMs),
  }),
  expectDrops: () => meter.expectDrops(true),
  async findLoss(): Promise<Loss> {
    const total: Loss = { lostBytes: 0, forgottenBytes: 0, acknowledgedBytes: 0 };
    await forEach(async (session) => {
      const loss = await session.findLoss();
      for (const key of Object.keys(total) as (keyof Loss)[]) total[key] += loss[key];
    });
    return total;
  },
};

process.on('message', ({ name, command }: { name: keyof GeneratorCalls; command: never }) => {
  const answer = (async () => calls[name](command))();
  answer.then(
    (result) => process.send!({ result }),
    (error: unknown) => process.send!({ error: error instanceof Error ? error.stack : String(error) }),
  );
});

/** Without drift: a late tick does not make the next one late. */
function every(periodMs: number, firstMs: number, action: () => void): void {
  let dueAt = performance.now() + firstMs;
  const next = () => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        dueAt += periodMs;
        next();
        action();
      },
      Math.max(0, dueAt - performance.now()),
    );
    timers.add(timer);
  };
  next();
}

async function forEach(work: (session: Session) => Promise<void>): Promise<void> {
  const left = sessions.values();
  const worker = async () => {
    for (const session of left) await work(session);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
