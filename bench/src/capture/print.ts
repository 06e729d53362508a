import { slopesOf, type TrialResult } from './figures.ts';

const columns = [
  ['server', 15],
  ['sessions', 9],
  ['ack p50', 9],
  ['p99 ms', 9],
  ['CPU ms/s', 9],
  ['of a core', 10],
  ['audio', 7],
  ['RSS MB: empty', 14],
  ['idle', 7],
  ['ready', 7],
  ['viewed', 7],
  ['sending', 8],
  ['at rest', 8],
  ['live', 7],
  ['lost B', 9],
  ['forgotten', 10],
  ['restart ms', 11],
  ['lines', 7],
  ['own delay', 10],
] as const;

export const tableHead = `${columns.map(([name, width]) => name.padStart(width)).join('')}
# CPU: of the server's process, for a second of audio; audio: acknowledged of what was recorded; RSS: idle: recorders
# connected to their meetings; ready: their tracks open; viewed: a viewer each; at rest: after sending; all but sending
# after a garbage collection; live: heap and buffers at rest; lost: acknowledged, and gone after SIGKILL; forgotten: on disk, in no queue any more;
# lines: that viewers got in the window; own delay: p99 by which the load generator itself was late, part of the answers' times`;

export function describeResult({ contestant, sessions, trial }: TrialResult): string {
  const { rss, live, loss } = trial;
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0);
  const cells = [
    contestant,
    String(sessions),
    trial.ackP50Ms.toFixed(1),
    trial.ackP99Ms.toFixed(1),
    trial.cpuMsPerAudioSecond.toFixed(3),
    `${(trial.cpuShare * 100).toFixed(0)} %`,
    trial.audioShare.toFixed(2),
    mb(rss.empty),
    mb(rss.idle),
    mb(rss.opened),
    mb(rss.watched),
    mb(rss.sending),
    mb(rss.rested),
    mb(live.heapUsedBytes + live.arrayBufferBytes),
    String(loss.lostBytes),
    String(loss.forgottenBytes),
    trial.restartMs.toFixed(0),
    String(trial.lines),
    trial.generatorDelayP99Ms.toFixed(1),
  ];
  const row = cells.map((cell, index) => cell.padStart(columns[index]![1])).join('');
  const problems = [
    ...Object.entries(trial.errors),
    ...(trial.drops > 0 ? [['dropped connections', trial.drops]] : []),
  ];
  return problems.length === 0 ? row : `${row}\n# ${problems.map(([code, count]) => `${code}: ${count}`).join(', ')}`;
}

export function describeSlopes(results: readonly TrialResult[]): string {
  const lines = [
    '# Memory one more session costs, KB: RSS of a connected recorder, ready, with its viewer, sending, at rest; live heap; buffers retained',
  ];
  for (const contestant of new Set(results.map((result) => result.contestant))) {
    const slopes = slopesOf(results, contestant);
    if (!slopes) continue;
    const kb = (bytes: number) => (bytes / 1024).toFixed(1).padStart(8);
    const { idle, opened, watched, sending, rested, heap, retained } = slopes;
    const cells = [idle, opened, watched, sending, rested, heap, retained].map(kb).join('');
    lines.push(`${contestant.padStart(15)}  ${slopes.from} → ${slopes.to}: ${cells}`);
  }
  return lines.join('\n');
}
