import { expect, test } from 'vitest';
import { drawCourse } from './course.ts';
import type { Moment, RunResult } from './run.ts';

const none = { served: 0, refused: 0, failed: 0, late: 0 };

function moment(atSeconds: number, workingSetBytes: number, served: number, level: string | null): Moment {
  return {
    atSeconds,
    container: { usageBytes: workingSetBytes, workingSetBytes, limitHits: 0, kills: 0 },
    rssBytes: 0,
    level,
    memory: null,
    heapTotalBytes: null,
    ratio: 12,
    critical: { ...none, served },
    background: none,
    begun: { critical: served, background: 0 },
    outstanding: 0,
    cpuSeconds: { server: 0, load: 0 },
  };
}

const run = (name: string, course: Moment[]) => ({ name, course }) as unknown as RunResult;

/** The first `count` lines of a panel: they come in the order of the runs. */
function pathsOf(svg: string, title: string, count: number): string[] {
  const panel = svg.slice(svg.indexOf(`>${title}<`));
  return [...panel.matchAll(/<path d="([^"]*)" fill="none"/g)].slice(0, count).map(([, path]) => path!);
}

const pointsOf = (path: string | undefined) =>
  path!
    .slice(1)
    .split('L')
    .map((point) => point.split(' ').map(Number) as [x: number, y: number]);

test('a line rises with its values, and ends where its run ended', () => {
  const mb = 2 ** 20;
  const twin = run('twin', [moment(0, 64 * mb, 0, 'normal'), moment(10, 256 * mb, 100, 'normal')]);
  const ours = run('governed', [moment(0, 64 * mb, 0, 'normal'), moment(20, 128 * mb, 400, 'critical')]);
  const svg = drawCourse([twin, ours], 256 * mb, 12);
  const [limit, ofTwin, ofOurs] = pathsOf(svg, 'Working set, MB', 3).map(pointsOf);
  const [, atLimit] = limit![0]!;
  expect(ofTwin![1]![1]).toBe(atLimit);
  expect(ofTwin![1]![0]).toBeLessThan(ofOurs![1]![0]);
  expect(ofOurs![1]![1]).toBeLessThan(ofOurs![0]![1]);
  expect(ofOurs![1]![1]).toBeGreaterThan(atLimit);
});

test('what is not known is a break in the line, and rates are of the time between two looks', () => {
  const ours = run('governed', [moment(0, 1, 0, 'normal'), moment(1, 1, 50, null), moment(3, 1, 150, 'critical')]);
  const svg = drawCourse([ours], 256, 12);
  const [level] = pathsOf(svg, 'Level (0 normal, 3 emergency)', 1);
  expect(level!.match(/M/g)).toHaveLength(2);
  const [perSecond] = pathsOf(svg, 'Critical requests served, a second', 1);
  expect(new Set(pointsOf(perSecond).map(([, y]) => y)).size).toBe(1);
});
