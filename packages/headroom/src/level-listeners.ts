import type { LevelChange, Log } from './contracts.ts';

/** Told of a change; `signal` is aborted when the next one comes. */
export type LevelListener = (change: LevelChange, signal: AbortSignal) => void | Promise<void>;

const maxHistory = 100;

/** Who is told of changes of level, and the last of them. */
export function createLevelListeners(log: Log) {
  const listeners = new Set<LevelListener>();
  const history: LevelChange[] = [];
  let current = new AbortController();

  async function call(listener: LevelListener, change: LevelChange, signal: AbortSignal): Promise<void> {
    try {
      await listener(change, signal);
    } catch (error) {
      if (!signal.aborted) log.error({ level: change.level, error }, 'a listener to levels has failed');
    }
  }

  return {
    history: history as readonly LevelChange[],
    add(listener: LevelListener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(change: LevelChange): void {
      history.push(change);
      if (history.length > maxHistory) history.shift();
      current.abort(new DOMException(`The level is ${change.level} now`, 'AbortError'));
      current = new AbortController();
      for (const listener of listeners) void call(listener, change, current.signal);
    },
    stop(): void {
      listeners.clear();
      current.abort(new DOMException('The governor has stopped', 'AbortError'));
    },
  };
}
