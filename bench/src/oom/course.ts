import { drawPanels, type Line } from './plot.ts';
import type { Moment, RunResult } from './run.ts';
import type { Counts } from './tally.ts';

const mb = 2 ** 20;
const colors = ['#c0392b', '#1f6fb2'];
const levels = ['normal', 'warning', 'critical', 'emergency'];

/** Both runs over one axis: memory against the limit, the level, what was sent for each critical request, and what was served. */
export function drawCourse(runs: readonly RunResult[], limitBytes: number, leastRatio: number): string {
  const each = (read: (moment: Moment, before: Moment | undefined) => number | null): Line[] =>
    runs.map(({ name, course }, index) => ({
      name,
      color: colors[index % colors.length]!,
      points: course.map((moment, at) => [moment.atSeconds, read(moment, course[at - 1])] as const),
    }));
  const perSecond = (read: (moment: Moment) => number) =>
    each((moment, before) => (before ? (read(moment) - read(before)) / (moment.atSeconds - before.atSeconds) : null));
  // Of a server that is gone, connections are refused at once, and the next one is tried: that is no load.
  const sent = each((moment, before) =>
    before && moment.rssBytes > 0
      ? (moment.begun.background - before.begun.background) / (moment.atSeconds - before.atSeconds)
      : null,
  );
  const seconds = Math.max(...runs.flatMap(({ course }) => course.map(({ atSeconds }) => atSeconds)));
  const limit: Line = {
    name: 'limit',
    color: '#888',
    dashed: true,
    points: [
      [0, limitBytes / mb],
      [seconds, limitBytes / mb],
    ],
  };
  return drawPanels(`A container of ${limitBytes / mb} MB, the same load with and without governance`, [
    { title: 'Working set, MB', lines: [limit, ...each(({ container }) => container.workingSetBytes / mb)] },
    {
      title: 'Level (0 normal, 3 emergency)',
      max: 3,
      lines: each(({ level }) => (level === null ? null : levels.indexOf(level))),
    },
    { title: 'Critical requests served, a second', lines: perSecond(({ critical }) => critical.served) },
    { title: 'Critical requests not served, a second', lines: perSecond(({ critical }) => missed(critical)) },
    {
      title: `Background requests sent, a second (dashed: ${leastRatio} for each critical one)`,
      lines: [
        ...sent,
        ...perSecond(({ begun }) => leastRatio * begun.critical).map((line) => ({ ...line, name: '', dashed: true })),
      ],
    },
    { title: 'Background requests served, a second', lines: perSecond(({ background }) => background.served) },
    { title: 'Background requests refused, a second', lines: perSecond(({ background }) => background.refused) },
  ]);
}

const missed = ({ refused, failed, late }: Counts): number => refused + failed + late;
