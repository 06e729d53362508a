import { QueryClient } from '@tanstack/react-query';
import { isRetryable } from './api.ts';

const maxRetries = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // The server is most often on this very machine: it is reachable when the network is not.
        networkMode: 'always',
        retry: (failures, error) => failures < maxRetries && isRetryable(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
