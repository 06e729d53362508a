import type { MemoryHistory, MemoryState } from '@hansard/protocol';
import type uPlot from 'uplot';
import { strings } from '../../strings.ts';
import { levels } from '../words.ts';

export type Thresholds = MemoryState['thresholds'];

export interface Drawn {
  history: MemoryHistory;
  thresholds: Thresholds;
}

/** A label of time nearer to the end than this would be cut off. */
const halfLabelWidth = 28;
/** Pixels of the strip that shows which level it was. */
const stripHeight = 5;
const stripGap = 3;
const dashes: Partial<Record<MemoryHistory['signals'][number]['name'], number[]>> = {
  container: [7, 3],
  external: [2, 3],
};

/** The columns that uPlot draws: seconds, then percent of each signal. */
export function toData({ from, stepMs, level, signals }: MemoryHistory): uPlot.AlignedData {
  const seconds = level.map((_, index) => (from + index * stepMs) / 1000);
  return [seconds, ...signals.map(({ ratio }) => ratio.map((value) => (value === null ? null : value * 100)))];
}

/** `drawn` gives what is shown now: the plot lives longer than one answer of the server. Colours are the page's own. */
export function plotOptions(drawn: () => Drawn, onCursor: (index: number | null) => void): uPlot.Options {
  const { history } = drawn();
  const colour = (plot: uPlot, name: string): string => getComputedStyle(plot.root).getPropertyValue(name).trim();
  const font = '12px system-ui, sans-serif';
  return {
    width: 600,
    height: 300,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: () => rangeOf(drawn().history) },
      y: { range: (_plot, _least, most) => [0, Math.max(100, Math.ceil((most ?? 0) + 5))] },
    },
    axes: [
      {
        stroke: (plot) => colour(plot, '--ink-soft'),
        grid: { show: false },
        ticks: { show: false },
        font,
        size: 34,
        gap: stripHeight + 7,
        space: 80,
        values: (plot, splits) => {
          const mostLeft = plot.bbox.width / devicePixelRatio - halfLabelWidth;
          const format = timeFormat(history.range);
          return splits.map((split) => (plot.valToPos(split, 'x') > mostLeft ? null : format(split)));
        },
      },
      {
        stroke: (plot) => colour(plot, '--ink-soft'),
        grid: {
          stroke: (plot) => colour(plot, '--line'),
          width: 1,
          // The line at the top would strike out the name of the band below it.
          filter: (_plot, splits) => splits.map((split) => (split === 100 ? null : split)),
        },
        ticks: { show: false },
        font,
        size: 52,
        splits: (_plot, _axis, _least, most) => [0, 20, 40, 60, 80, 100].filter((split) => split <= most),
        values: (_plot, splits) => splits.map((split) => `${split} %`),
      },
    ],
    series: [
      {},
      ...history.signals.map(({ name }): uPlot.Series => ({
        stroke: (plot) => colour(plot, `--signal-${name}`),
        width: 2,
        ...(dashes[name] && { dash: dashes[name] }),
        spanGaps: false,
        points: { size: 5, fill: (plot) => colour(plot, `--signal-${name}`), filter: aloneIn },
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawBands(plot, drawn().thresholds, colour)],
      draw: [(plot) => drawLevels(plot, drawn().history, colour)],
      setCursor: [({ cursor: { idx } }) => onCursor(idx ?? null)],
    },
  };
}

const rangeOf = ({ from, stepMs, level }: MemoryHistory): [number, number] => [
  from / 1000,
  (from + (level.length - 1) * stepMs) / 1000,
];

/** A point between two gaps has no line: it is drawn as a dot. */
function aloneIn(plot: uPlot, series: number): number[] {
  const column = plot.data[series] ?? [];
  const alone: number[] = [];
  for (let index = 0; index < column.length; index += 1) {
    if (column[index] != null && column[index - 1] == null && column[index + 1] == null) alone.push(index);
  }
  return alone;
}

type Colour = (plot: uPlot, name: string) => string;

/** Where each level begins, behind everything. */
function drawBands(plot: uPlot, thresholds: Thresholds, colour: Colour): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const top = plot.scales['y']?.max ?? 100;
  const bands = (['warning', 'critical', 'emergency'] as const).map((level, place, all) => {
    const next = all[place + 1];
    return { level, from: thresholds[level] * 100, to: next ? thresholds[next] * 100 : top };
  });
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  for (const { level, from, to } of bands) {
    const [low, high] = [plot.valToPos(from, 'y', true), plot.valToPos(to, 'y', true)];
    ctx.fillStyle = colour(plot, `--band-${level}`);
    ctx.fillRect(bbox.left, high, bbox.width, low - high);
    ctx.fillStyle = colour(plot, level === 'warning' ? '--warn' : `--${level}`);
    ctx.textBaseline = low - high > 16 * ratio ? 'bottom' : 'middle';
    const at = low - high > 16 * ratio ? low - 3 * ratio : (low + high) / 2;
    ctx.fillText(`${strings.operations.levels[level]} ${Math.round(from)} %`, bbox.left + 6 * ratio, at);
  }
  ctx.restore();
}

/** Which level it was, below the plot; nothing where the server was away. */
function drawLevels(plot: uPlot, { from, stepMs, level }: MemoryHistory, colour: Colour): void {
  const { ctx, bbox } = plot;
  const height = stripHeight * devicePixelRatio;
  ctx.save();
  for (let begin = 0; begin < level.length;) {
    const place = level[begin];
    let end = begin + 1;
    while (end < level.length && level[end] === place) end += 1;
    if (place != null && levels[place]) {
      const left = plot.valToPos((from + begin * stepMs) / 1000, 'x', true);
      const right = Math.min(bbox.left + bbox.width, plot.valToPos((from + end * stepMs) / 1000, 'x', true));
      ctx.fillStyle = colour(plot, `--fill-${levels[place]}`);
      ctx.fillRect(left, bbox.top + bbox.height + stripGap * devicePixelRatio, Math.max(1, right - left), height);
    }
    begin = end;
  }
  ctx.restore();
}

function timeFormat(range: MemoryHistory['range']): (seconds: number) => string {
  const format = new Intl.DateTimeFormat(
    undefined,
    range === 'month'
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', ...(range === 'minutes' && { second: '2-digit' }) },
  );
  return (seconds) => format.format(seconds * 1000);
}
