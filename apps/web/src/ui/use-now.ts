import { useCallback, useSyncExternalStore } from 'react';

const tickMs = 1_000;

/** The time in whole seconds (as milliseconds since 1970); looked at again every second while `ticking`. */
export function useNow(ticking = false): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      const timer = ticking ? setInterval(listener, tickMs) : undefined;
      return () => clearInterval(timer);
    },
    [ticking],
  );
  return useSyncExternalStore(subscribe, wholeSecond);
}

function wholeSecond(): number {
  return Math.floor(Date.now() / tickMs) * tickMs;
}
