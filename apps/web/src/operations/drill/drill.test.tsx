import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { MemoryDrillReport, MemoryState } from '@hansard/protocol';
import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { now } from '../../../test-server/fixtures.ts';
import { makeDrillReport } from '../../../test-server/memory-fixtures.ts';
import { Drill } from './drill.tsx';

afterEach(cleanup);

const show = (drill: MemoryState['drill']) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <Drill drill={drill} now={now} />
      </MantineProvider>
    </QueryClientProvider>,
  );
const showReport = (change: Partial<MemoryDrillReport>) => show({ report: makeDrillReport(change) });
const fact = (name: string) => screen.getByText(name).nextElementSibling?.textContent.replaceAll('\u00a0', ' ');
const levels = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent.replaceAll('\u00a0', ' '));

const raising: Partial<MemoryDrillReport> = {
  startedAt: now - 3000,
  phase: 'raising',
  outcome: null,
  heldBytes: 80 * 2 ** 20,
  crossedMs: null,
  respondedMs: null,
  respondedBy: null,
  responseSamples: null,
  reachedMs: null,
  releasedMs: null,
  recoveredMs: null,
  relief: { ledgerBytes: 0, observedBytes: 0 },
  levels: [{ atMs: 0, level: 'normal', pressure: 0.3 }],
};
const holding: Partial<MemoryDrillReport> = {
  startedAt: now - 9400,
  phase: 'holding',
  outcome: null,
  releasedMs: null,
  recoveredMs: null,
  levels: makeDrillReport().levels.slice(0, 3),
};

it('says how to have drills where they are off', () => {
  show(null);
  expect(screen.getByText(/HANSARD_MEMORY_DRILL=on/)).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});

it('asks before it applies pressure, in the words of the level that was chosen', async () => {
  show({ report: null });
  await userEvent.click(screen.getByRole('radio', { name: 'Emergency' }));
  await userEvent.click(screen.getByRole('radio', { name: '30 s' }));
  await userEvent.click(screen.getByRole('button', { name: 'Start a drill…' }));
  expect(screen.getByText(/short of memory, up to emergency, for 30 s/)).toBeTruthy();
  expect(screen.getByText(/All but recordings and this page is refused/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByText('Apply real pressure?')).toBeNull();
});

describe('a drill that runs', () => {
  it('can be let go while it takes memory, and has nothing to tell yet', () => {
    showReport(raising);
    expect(screen.getByRole('status').textContent).toBe('Taking memory');
    expect(screen.getByText('80 MB held')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Let go now' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Start a drill…' })).toBeNull();
    expect(['First response', 'Level reached', 'Given back', 'Recovery'].map(fact)).toEqual(
      Array.from({ length: 4 }, () => 'not yet'),
    );
    expect(levels()).toEqual(['Normal 3 s']);
  });

  it('shows the level of now for as long as it has lasted', () => {
    showReport(holding);
    expect(screen.getByRole('status').textContent).toBe('Holding');
    expect(levels()).toEqual(['Normal 4.9 s', 'Warning 1.5 s', 'Critical 3 s']);
    expect(fact('Recovery')).toBe('not yet');
  });

  it('has nothing to let go any more while it recovers', () => {
    showReport({ phase: 'recovering', recoveredMs: null });
    expect(screen.getByRole('status').textContent).toBe('Recovering');
    expect(screen.queryByRole('button')).toBeNull();
    expect(fact('Recovery')).toBe('not yet');
  });
});

describe('the report', () => {
  it('tells response, peak, what was given back, and recovery', () => {
    showReport({});
    expect(screen.getByText('Reached, held and let go')).toBeTruthy();
    expect(fact('First response')).toBe('260 ms after crossing (2 samples), by “caches”');
    expect(fact('Level reached')).toBe('after 6.4 s');
    expect(fact('Peak')).toBe('86 %, with 212 MB taken');
    expect(fact('Given back')).toBe('6 MB by account, 5 MB as measured');
    expect(fact('Recovery')).toBe('13 s after letting go');
    expect(levels()).toEqual(['Normal 4.9 s', 'Warning 1.5 s', 'Critical 15 s', 'Warning 5.1 s', 'Normal 3 s']);
    expect(screen.getByRole('button', { name: 'Start a drill…' })).toBeTruthy();
  });

  it('says that there was nothing to give back, and not that it was 0 bytes', () => {
    showReport({ relief: { ledgerBytes: 0, observedBytes: 0 } });
    expect(fact('Given back')).toBe('nothing: no cache held more than it may at that level');
  });

  it('says why it gave up, and what was not seen', () => {
    const detail = 'The system gives no more memory.';
    showReport({ ...raising, phase: 'over', outcome: 'gave-up', detail, releasedMs: 3000 });
    expect(screen.getByText(`Gave up. ${detail}`)).toBeTruthy();
    expect(['First response', 'Level reached', 'Given back', 'Recovery'].map(fact)).toEqual(
      Array.from({ length: 4 }, () => 'not seen'),
    );
  });
});
