import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { now } from '../../test-server/fixtures.ts';
import { Rooms } from './rooms.tsx';

afterEach(cleanup);

const room = {
  id: 'm1',
  title: 'Budget',
  bytes: 3 * 2 ** 20,
  passages: 1200,
  lastUsedAt: now - 60_000,
  isPinned: false,
};

const show = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <Rooms rooms={[room, { ...room, id: 'm2', title: 'Live', isPinned: true }]} now={now} />
      </MantineProvider>
    </QueryClientProvider>,
  );

it('shows what a room holds, and offers to let go what is not in use', () => {
  show();
  const [, first, second] = screen.getAllByRole('row');
  expect(first!.textContent.replaceAll('\u00a0', ' ')).toMatch(/^Budget1,200.*3 MBEvict$/);
  expect(within(second!).queryByRole('button')).toBeNull();
  expect(second!.textContent).toMatch(/in use$/);
});

it('asks before it evicts, and lets it be', async () => {
  show();
  await userEvent.click(screen.getByRole('button', { name: 'Evict the room of Budget' }));
  expect(screen.getByRole('dialog', { name: 'Evict the room of Budget?' })).toBeTruthy();
  expect(screen.getByText(/gives 3.MB of memory back\. Nothing is lost/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByText(/Nothing is lost/)).toBeNull();
});
