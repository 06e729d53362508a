const maxWaitMs = 2_000;
/** Where there is no `requestIdleCallback`: Safari. */
const guessMs = 200;

/** Does something once the browser has nothing more urgent, at the latest after two seconds. Gives a way to call it off. */
export function whenIdle(act: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(act, { timeout: maxWaitMs });
    return () => cancelIdleCallback(handle);
  }
  const timer = setTimeout(act, guessMs);
  return () => clearTimeout(timer);
}
