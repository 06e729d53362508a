import { useQuery } from '@tanstack/react-query';
import type { EngineStatus } from '@hansard/protocol';
import { api } from './api.ts';

/** Engines are set up and paused while the page is open. */
const refreshMs = 10_000;

export function useEngines() {
  return useQuery({
    queryKey: ['engines'],
    queryFn: ({ signal }) => api.listEngines({ signal }),
    select: ({ engines }) => engines,
    refetchInterval: refreshMs,
  });
}

/** The engine that turns speech into text; undefined where there is none. */
export function useTranscriber(): { engine: EngineStatus | undefined; isPending: boolean } {
  const { data, isPending } = useEngines();
  return { engine: data?.find(({ task, active }) => task === 'transcribe' && active), isPending };
}
