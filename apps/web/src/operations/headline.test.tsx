import type { MemoryState } from '@hansard/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { makeMemoryState } from '../../test-server/memory-fixtures.ts';
import { Capacity } from './capacity.tsx';
import { Headline } from './headline.tsx';

const mb = 2 ** 20;
afterEach(cleanup);
const show = (change: Partial<MemoryState>) => render(<Headline state={makeMemoryState(change)} />);

it('names the level and the signal that is nearest to its limit', () => {
  show({});
  expect(screen.getByText('31 %')).toBeTruthy();
  expect(screen.getByText('Everything is on.')).toBeTruthy();
  expect(screen.getByText('Resident memory: 120 MB of 384 MB')).toBeTruthy();
});

it('says that there is no pressure where no limit is known', () => {
  show({ tightest: null, signals: [], pressure: 0 });
  expect(screen.getByText('No limit is known, so there is no pressure.')).toBeTruthy();
  expect(screen.queryByText('0 %')).toBeNull();
});

it('foretells a level that is near, and not one that is far', () => {
  show({ forecast: { level: 'warning', inMs: 40_000 } });
  expect(screen.getByText('At this slope, warning in 40 s.')).toBeTruthy();
  cleanup();
  show({ forecast: { level: 'warning', inMs: 3_600_000 } });
  expect(screen.queryByText(/At this slope/)).toBeNull();
});

it('names each leak', () => {
  const leak = { fromBytes: 40 * mb, toBytes: 60 * mb, bytesPerMinute: 2 * mb };
  show({
    leaks: [
      { ...leak, kind: 'heap-floor', severity: 'warning' },
      { ...leak, kind: 'external', severity: 'critical' },
    ],
  });
  expect(screen.getByText(/^The heap rises and does not come back: from 40 MB to 60 MB, 2 MB a minute/)).toBeTruthy();
  expect(screen.getByText(/^Memory outside the heap rises/).dataset['severity']).toBe('critical');
});

it('says how many more meetings fit, and that live ones go on where none does', () => {
  const { capacity } = makeMemoryState();
  const { rerender } = render(<Capacity capacity={capacity} />);
  expect(screen.getByText(/^3\D?512 more fit/)).toBeTruthy();
  rerender(<Capacity capacity={{ ...capacity, maxMeetings: 0, fitsMore: 0 }} />);
  expect(screen.getByText('No more fit now. Those that are live (3) go on.')).toBeTruthy();
  expect(screen.getByRole('row', { name: '384 MB this server 3' })).toBeTruthy();
});
