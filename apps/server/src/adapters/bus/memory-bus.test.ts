import { expect, test, vi } from 'vitest';
import { describeBus } from './bus.contract-suite.ts';
import { createMemoryBus } from './memory-bus.ts';

describeBus('the bus in memory', () => ({
  bus: createMemoryBus({ onListenerError: () => undefined }),
  settle: () => Promise.resolve(),
}));

test('what a subscriber throws is handed on, to be logged', () => {
  const onListenerError = vi.fn<(error: unknown) => void>();
  const bus = createMemoryBus({ onListenerError });
  const error = new Error('broken subscriber');
  bus.subscribe(() => {
    throw error;
  });
  bus.publish('m', { type: 'meeting:deleted', meetingId: 'm' });
  expect(onListenerError).toHaveBeenCalledExactlyOnceWith(error);
});

test('subscriptions are bounded', () => {
  const bus = createMemoryBus({ onListenerError: () => undefined });
  expect(() => {
    for (let count = 0; count < 1000; count += 1) bus.subscribe(() => undefined);
  }).toThrow('subscribers');
});
