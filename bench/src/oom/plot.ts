/** A line of one panel; a value of null is a break in it. */
export interface Line {
  name: string;
  color: string;
  points: readonly (readonly [x: number, y: number | null])[];
  dashed?: boolean;
}

export interface Panel {
  title: string;
  lines: readonly Line[];
  /** The highest value shown; by default the highest of the lines. */
  max?: number;
}

const width = 960;
const panelHeight = 240;
const left = 70;
const right = 20;
const top = 40;
const bottom = 40;
const ticks = 5;

/** Panels below each other over one axis of seconds, as an SVG document. */
export function drawPanels(title: string, panels: readonly Panel[]): string {
  const xs = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const height = panels.length * panelHeight + 30;
  const drawn = panels.map((panel, index) => {
    const area = { y: 30 + index * panelHeight + top, height: panelHeight - top - bottom };
    return drawPanel(panel, area, { from, to });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(width / 2, 22, title, 'middle', 'font-size="15"'),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { title, lines, max }: Panel,
  area: { y: number; height: number },
  span: { from: number; to: number },
): string {
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y ?? 0));
  const highest = max ?? Math.max(1, ...ys);
  const x = (value: number) => left + ((value - span.from) / (span.to - span.from || 1)) * (width - left - right);
  const y = (value: number) => area.y + area.height * (1 - Math.min(value, highest) / highest);
  const parts = [text(left, area.y - 10, title)];
  for (let tick = 0; tick <= ticks; tick += 1) {
    const value = (highest * tick) / ticks;
    const second = span.from + ((span.to - span.from) * tick) / ticks;
    parts.push(
      `<path d="M${left} ${y(value).toFixed(1)}H${width - right}" stroke="#ddd"/>`,
      text(left - 6, y(value) + 4, short(value), 'end'),
      text(x(second), area.y + area.height + 16, `${Math.round(second)} s`, 'middle'),
    );
  }
  let legendX = width - right;
  for (const { name, color, points, dashed } of lines) {
    let path = '';
    let isDown = false;
    for (const [px, py] of points) {
      if (py !== null) path += `${isDown ? 'L' : 'M'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`;
      isDown = py !== null;
    }
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    parts.push(
      `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"${dash}/>`,
      text(legendX, area.y - 10, name, 'end', `fill="${color}"`),
    );
    legendX -= 12 + name.length * 7;
  }
  return parts.join('\n');
}

function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

function text(x: number, y: number, content: string, anchor = 'start', more = ''): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ${more}>${safe}</text>`;
}
