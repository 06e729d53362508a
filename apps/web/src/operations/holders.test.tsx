import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { makeMemoryState } from '../../test-server/memory-fixtures.ts';
import { Holders } from './holders.tsx';

const mb = 2 ** 20;
afterEach(cleanup);

/** The table's rows below its head: name, kind, size, share. */
const rows = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map(({ children }) => Array.from(children, ({ textContent }) => textContent.replaceAll('\u00a0', ' ')));
/** The lengths of the bar's pieces, as shares of it. */
const bar = (container: HTMLElement) =>
  Array.from(container.querySelectorAll<HTMLElement>('[data-tone][title]'), ({ style }) => Number(style.flexGrow));
const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

it('shows who holds something, and the remainder that nobody accounts for, as parts of what was measured', () => {
  const { container } = render(<Holders state={makeMemoryState()} />);
  expect(rows()).toEqual([
    ['process at rest', 'Component', '96 MB', '80 %'],
    ['database', 'Component', '6 MB', '5 %'],
    ['meeting-buffers', 'Cache', '3 MB', '3 %'],
    ['Unexplained', '–', '15 MB', '13 %'],
  ]);
  expect(sum(bar(container))).toBeCloseTo(1, 10);
  expect(screen.getByText('105 MB accounted for, 120 MB measured')).toBeTruthy();
});

it('says so where more is accounted for than is resident, and adds up all the same', () => {
  const state = makeMemoryState({ measuredBytes: 100 * mb, unexplainedBytes: -5 * mb });
  const { container } = render(<Holders state={state} />);
  expect(rows().at(-1)).toEqual(['Unexplained', '–', '0 bytes', '0 %']);
  expect(sum(bar(container))).toBeCloseTo(1, 10);
  expect(screen.getByText(/name 5 MB more than is resident/)).toBeTruthy();
});

it('tells a cache from what is reserved by the same name', () => {
  const complaint = vi.spyOn(console, 'error');
  onTestFinished(() => complaint.mockRestore());
  const holders = (['cache', 'reservation'] as const).map((kind) => ({ name: 'minutes', kind, bytes: 4 * mb }));
  render(<Holders state={makeMemoryState({ holders })} />);
  expect(rows().map(([name, kind]) => [name, kind])).toEqual([
    ['minutes', 'Cache'],
    ['minutes', 'Reserved'],
    ['Unexplained', '–'],
  ]);
  // React's, of keys that are not of one row alone.
  expect(complaint).not.toHaveBeenCalled();
});

it('leaves each holder its colour when a larger one comes, and gives the seventh none of its own', () => {
  const toneOf = (name: string) => screen.getByText(name).querySelector<HTMLElement>('[data-tone]')?.dataset['tone'];
  const { holders } = makeMemoryState();
  const { rerender } = render(<Holders state={makeMemoryState()} />);
  expect(['process at rest', 'database'].map(toneOf)).toEqual(['0', '1']);
  const more = ['drill', 'a', 'b', 'c'].map((name) => ({ name, kind: 'component' as const, bytes: 200 * mb }));
  rerender(<Holders state={makeMemoryState({ holders: [...more, ...holders] })} />);
  expect(['process at rest', 'database', 'meeting-buffers'].map(toneOf)).toEqual(['0', '1', '2']);
  expect(['drill', 'a', 'b', 'c'].map(toneOf)).toEqual(['3', '4', '5', 'others']);
});
