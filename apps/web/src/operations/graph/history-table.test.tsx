import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { makeMemoryHistory } from '../../../test-server/memory-fixtures.ts';
import { HistoryTable } from './history-table.tsx';
import { toData } from './plot-options.ts';
import { Readout } from './readout.tsx';

afterEach(cleanup);
const textOf = (element: Element | null | undefined) => element?.textContent.replaceAll('\u00a0', ' ');

it('tells the course in few rows, each the worst of its part, without those when the server was away', async () => {
  const { container } = render(<HistoryTable history={makeMemoryHistory()} />);
  expect(screen.queryByRole('row')).toBeNull();
  await userEvent.click(container.querySelector('summary')!);
  const rows = (await screen.findAllByRole('row')).slice(1).map(({ children }) => [...children].slice(1).map(textOf));
  const calm = ['Normal', '30 %'];
  const short = ['Critical', '86 %'];
  expect(rows).toEqual([calm, calm, calm, calm, short, short, calm, calm, calm, calm]);
});

it('draws percent of each signal over seconds, and a gap for what is not known', () => {
  const history = makeMemoryHistory({ signals: [{ name: 'rss', ratio: [null, 0.5, 1.02], usedBytes: [null, 1, 2] }] });
  const [seconds, rss] = toData({ ...history, level: [null, 0, 3] });
  expect(seconds).toEqual([0, 1, 2].map((step) => history.from / 1000 + step));
  expect(rss).toEqual([null, 50, 102]);
});

it('reads out the last step that there is, or the one that was chosen', () => {
  const history = makeMemoryHistory();
  const { rerender } = render(<Readout history={history} at={null} />);
  expect(textOf(screen.getByText('Resident memory').nextElementSibling)).toBe('30 %');
  rerender(<Readout history={history} at={160} />);
  expect(textOf(screen.getByText('Resident memory').nextElementSibling)).toBe('86 %');
  expect(screen.getByText('Critical').closest('[aria-live]')?.getAttribute('aria-live')).toBe('polite');
  rerender(<Readout history={history} at={10} />);
  expect(textOf(screen.getByText('Resident memory').nextElementSibling)).toBe('–');
});
