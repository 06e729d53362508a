import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { makeMemoryState } from '../../test-server/memory-fixtures.ts';
import { Alerts } from './alerts.tsx';
import { Caches } from './caches.tsx';
import { LevelHistory } from './level-history.tsx';
import { Meetings } from './meetings.tsx';
import { Queues, Requests } from './requests.tsx';
import { Responses } from './responses.tsx';
import { Rooms } from './rooms.tsx';

afterEach(cleanup);
const state = makeMemoryState();
/** Cells of a table's row, by the name of the row. */
const cells = (name: RegExp) =>
  Array.from(screen.getByRole('row', { name }).children, ({ textContent }) => textContent.replaceAll('\u00a0', ' '));

it('shows what a cache may hold under pressure beside what it may otherwise, and no ratio before it was asked', () => {
  const [cache] = state.caches;
  const small = { ...cache!, name: 'minutes', capBytes: 3 * 2 ** 20, hits: 0, misses: 0 };
  render(<Caches caches={[cache!, small]} />);
  expect(cells(/^meeting-buffers/)).toEqual(['meeting-buffers', '3 MB', '12 MB', '90 %', '3', '0']);
  expect(cells(/^minutes/).slice(2, 4)).toEqual(['3 MB of 12 MB', '–']);
});

it('shows a limit only where a class has one', () => {
  render(<Requests requestClasses={state.classes} />);
  expect(cells(/^recording/)).toEqual(['recording never refused', '0', '–', '0', '0']);
  expect(cells(/^reading/)).toEqual(['reading normal', '1', '96', '0', '0']);
});

it('shows how hard a response acts, and which features are off', () => {
  render(
    <Responses
      responses={[{ name: 'caches', strength: 0.53 }]}
      features={[
        { name: 'result-cache', on: false, offAt: 'critical' },
        { name: 'playback-files', on: true, offAt: 'emergency' },
      ]}
    />,
  );
  expect(screen.getByText('caches').nextElementSibling?.textContent).toMatch(/53 %$/);
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'result-cacheoff from criticaloff',
    'playback-filesoff from emergencyon',
  ]);
});

it('leaves out engines that are not there', () => {
  const [engine] = state.engines;
  const missing = { ...engine!, name: 'absent', state: 'missing', active: false } as const;
  render(<Queues queues={{ chunks: 12, minutes: 0 }} engines={[engine!, missing]} />);
  expect(screen.getByText(engine!.name)).toBeTruthy();
  expect(screen.queryByText('absent')).toBeNull();
  expect(screen.getByText('12')).toBeTruthy();
});

it('lets a long list of meetings be scrolled by the keyboard, and a short one be', () => {
  const meetings = Array.from({ length: 20 }, (_, index) => ({ ...state.meetings[0]!, id: `m${index}` }));
  const { rerender } = render(<Meetings meetings={meetings} />);
  expect(screen.getByRole('region', { name: 'Meetings by size' }).tabIndex).toBe(0);
  rerender(<Meetings meetings={state.meetings} />);
  expect(screen.queryByRole('region')).toBeNull();
  expect(screen.getByRole('link').getAttribute('href')).toBe('/m/m0');
});

it('says what is empty in words', () => {
  render(
    <>
      <Meetings meetings={[]} />
      <QueryClientProvider client={new QueryClient()}>
        <Rooms rooms={[]} now={state.at} />
      </QueryClientProvider>
      <Alerts alerts={[]} now={state.at} />
      <LevelHistory changes={[]} now={state.at} />
    </>,
  );
  for (const text of ['No live meeting holds', 'No room is in', 'No alert since', 'has been normal since'])
    expect(screen.getByText(new RegExp(text))).toBeTruthy();
});
