import type { TranscriptSnapshot, TranscriptStore } from '@hansard/client';
import type { Segment } from '@hansard/protocol';

const loading: TranscriptSnapshot = {
  phase: 'loading',
  meeting: null,
  minutes: null,
  lines: [],
  cursor: 0,
  error: null,
};
const unreachable: TranscriptSnapshot = { ...loading, phase: 'offline' };

const retryMs = 3_000;

/**
 * A transcript store in the shape of React's external stores. `open` gives the store once its code is there; it is asked
 * again every few seconds where that could not be fetched.
 */
export function createMeetingSource(open: () => Promise<TranscriptStore>) {
  const listeners = new Set<() => void>();
  let store: TranscriptStore | undefined;
  let withoutStore = loading;

  const tell = () => listeners.forEach((listener) => listener());

  return {
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: (): TranscriptSnapshot => store?.getSnapshot() ?? withoutStore,
    /** Takes in what a call answered with, without waiting for its event. */
    apply: (segments: readonly Segment[]): void => store?.apply(segments),

    /** Begins to follow the meeting from the lines that are known already; gives a way to end that. */
    follow: (known: readonly Segment[]): (() => void) => {
      let over = false;
      let mine: TranscriptStore | undefined;
      let retry: ReturnType<typeof setTimeout> | undefined;

      const take = (opened: TranscriptStore) => {
        if (over) return opened.close();
        mine = store = opened;
        opened.apply(known);
        opened.subscribe(tell);
        tell();
      };
      const tryLater = () => {
        if (over) return;
        withoutStore = unreachable;
        tell();
        retry = setTimeout(begin, retryMs);
      };
      const begin = () => void open().then(take, tryLater);

      begin();
      return () => {
        over = true;
        clearTimeout(retry);
        mine?.close();
        if (store === mine) store = undefined;
      };
    },
  };
}
