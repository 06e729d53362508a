import type { Goal } from '../report.ts';
import type { Viewers } from './sessions/session.ts';
import type { Trial } from './trial.ts';

export interface TrialResult {
  contestant: string;
  sessions: number;
  trial: Trial;
}

/** What one more session costs, from two trials of different size: what a process costs once is not in it. */
export interface Slopes {
  from: number;
  to: number;
  /** Bytes a session. */
  idle: number;
  opened: number;
  watched: number;
  sending: number;
  rested: number;
  heap: number;
  retained: number;
}

/** Below this size the warming up of the JIT, which a process pays once, is seen in a slope. */
const leastSlopeSessions = 1000;
const p99Sessions = 2000;

export function slopesOf(results: readonly TrialResult[], contestant: string): Slopes | null {
  const own = results.filter((result) => result.contestant === contestant);
  const large = own.filter(({ sessions }) => sessions >= leastSlopeSessions);
  const [first, last] = large.length > 1 ? [large[0]!, large.at(-1)!] : [own[0], own.at(-1)];
  if (!first || !last || first === last) return null;
  const slope = (read: (trial: Trial) => number) =>
    (read(last.trial) - read(first.trial)) / (last.sessions - first.sessions);
  return {
    from: first.sessions,
    to: last.sessions,
    idle: slope(({ rss }) => rss.idle),
    opened: slope(({ rss }) => rss.opened),
    watched: slope(({ rss }) => rss.watched),
    sending: slope(({ rss }) => rss.sending),
    rested: slope(({ rss }) => rss.rested),
    heap: slope(({ live }) => live.heapUsedBytes),
    // The journal's index of records is no audio, and is counted by the server itself.
    retained: slope(({ live, journalIndexBytes }) => live.arrayBufferBytes - journalIndexBytes),
  };
}

/** Of the CPU with an engine, what there is not without one; null where that was not measured. */
export function transcribingShare(results: readonly TrialResult[]): number | null {
  const without = results.find(({ contestant }) => contestant === 'ours-no-engine');
  const whole = results.find(({ contestant, sessions }) => contestant === 'ours' && sessions === without?.sessions);
  return without && whole ? 1 - without.trial.cpuMsPerAudioSecond / whole.trial.cpuMsPerAudioSecond : null;
}

export function figuresOf(results: readonly TrialResult[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { contestant, sessions, trial } of results) {
    const put = (name: string, value: number) => (figures[`${contestant}.${sessions}.${name}`] = rounded(value));
    put('ackP50Ms', trial.ackP50Ms);
    put('ackP99Ms', trial.ackP99Ms);
    put('cpuMsPerAudioSecond', trial.cpuMsPerAudioSecond);
    put('rssMB', trial.rss.sending / 1e6);
    put('lostBytes', trial.loss.lostBytes);
    put('forgottenBytes', trial.loss.forgottenBytes);
    put('acknowledgedBytes', trial.loss.acknowledgedBytes);
    put('restartMs', trial.restartMs);
  }
  for (const contestant of new Set(results.map((result) => result.contestant))) {
    const slopes = slopesOf(results, contestant);
    if (!slopes) continue;
    for (const phase of ['idle', 'opened', 'watched', 'sending', 'rested', 'heap', 'retained'] as const) {
      figures[`${contestant}.${phase}KBPerSession`] = rounded(slopes[phase] / 1024);
    }
  }
  const share = transcribingShare(results);
  if (share !== null) figures['ours.transcribingShareOfCpu'] = rounded(share);
  return figures;
}

/** For ours alone, where there is something to judge. */
export function goalsOf(results: readonly TrialResult[], viewers: Viewers): Goal[] {
  const own = results.filter(({ contestant }) => contestant === 'ours');
  const largest = own.at(-1);
  if (!largest) return [];
  const goals: Goal[] = [];
  const slopes = slopesOf(results, 'ours');
  if (slopes) {
    goals.push(
      { name: 'RSS a connected idle session, KB', is: rounded(slopes.idle / 1024), want: '<= 16' },
      {
        name: `RSS a sending session${viewers === 'apart' ? ' and a viewer apart' : ''}, KB`,
        is: rounded(slopes.sending / 1024),
        want: '<= 32',
      },
      {
        name: 'audio retained an idle session, KB (whole)',
        is: Math.max(0, Math.round(slopes.retained / 1024)),
        want: '== 0',
      },
    );
  }
  const judged = own.findLast(({ sessions }) => sessions <= p99Sessions) ?? largest;
  goals.push({
    name: `acknowledgement p99 at ${judged.sessions}, ms`,
    is: rounded(judged.trial.ackP99Ms),
    want: '<= 50',
  });
  for (const { sessions, trial } of own) {
    goals.push({ name: `acknowledged bytes lost at ${sessions}`, is: trial.loss.lostBytes, want: '== 0' });
  }
  goals.push({ name: `connections dropped at ${largest.sessions}`, is: largest.trial.drops, want: '== 0' });
  goals.push({
    name: `audio taken at ${largest.sessions}, share of what was recorded`,
    is: rounded(largest.trial.audioShare),
    want: '>= 0.98',
  });
  return goals;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
