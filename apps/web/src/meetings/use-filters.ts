import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { StateFilter } from './use-meeting-list.ts';

const typingPauseMs = 200;
const states: readonly string[] = ['live', 'processing', 'done', 'gaps'];

/** Search and filter live in the address, so that Back and a bookmark bring them back. */
export function useFilters() {
  const [params, setParams] = useSearchParams();
  const search = params.get('q') ?? '';
  const asked = params.get('state') ?? '';
  const state = states.includes(asked) ? (asked as StateFilter) : 'all';
  const [typed, setTyped] = useState(search);

  useEffect(() => {
    if (typed.trim() === search) return undefined;
    const timer = setTimeout(
      () => setParams((old) => changed(old, 'q', typed.trim()), { replace: true }),
      typingPauseMs,
    );
    return () => clearTimeout(timer);
  }, [typed, search, setParams]);

  return {
    search,
    typed,
    setTyped,
    state,
    setState: (next: StateFilter) => setParams((old) => changed(old, 'state', next === 'all' ? '' : next)),
    clear: () => {
      setTyped('');
      setParams({}, { replace: true });
    },
  };
}

function changed(params: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value) next.set(key, value);
  else next.delete(key);
  return next;
}
