import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { MemoryRange } from '@hansard/protocol';
import { api } from '../app/api.ts';

const stateEveryMs = 1_000;
/** As often as there can be a new point. */
const historyEveryMs: Record<MemoryRange, number> = { minutes: 1_000, hour: 10_000, day: 60_000, month: 300_000 };

/** What memory is like now, asked each second while the page is seen. */
export function useMemory() {
  return useQuery({
    queryKey: ['memory'],
    queryFn: ({ signal }) => api.getMemory({ signal }),
    refetchInterval: stateEveryMs,
    // The next one is asked in a second anyway.
    retry: false,
  });
}

export function useMemoryHistory(range: MemoryRange) {
  return useQuery({
    queryKey: ['memory', 'history', range],
    queryFn: ({ signal }) => api.getMemoryHistory(range, { signal }),
    refetchInterval: historyEveryMs[range],
    placeholderData: keepPreviousData,
    retry: false,
  });
}
