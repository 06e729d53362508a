import { createTranscriptStore, type TranscriptSnapshot, type TranscriptStore } from '@hansard/client';
import { limits, type Segment } from '@hansard/protocol';
import { api } from '../app/api.ts';
import { connection } from '../app/connection.ts';

const nothing: TranscriptSnapshot = {
  phase: 'loading',
  meeting: null,
  minutes: null,
  lines: [],
  cursor: 0,
  error: null,
};

/** A transcript store in the shape of React's external stores: it lives for as long as somebody looks. */
export function createMeetingSource(meetingId: string) {
  let store: TranscriptStore | undefined;
  return {
    subscribe: (listener: () => void): (() => void) => {
      const made = createTranscriptStore({
        socket: connection(),
        meetingId,
        fetchPage: (since) => api.listSegments(meetingId, { since, limit: limits.maxSegmentsPerPage }),
      });
      made.subscribe(listener);
      store = made;
      return () => {
        made.close();
        if (store === made) store = undefined;
      };
    },
    getSnapshot: (): TranscriptSnapshot => store?.getSnapshot() ?? nothing,
    /** Takes in what a call answered with, without waiting for its event. */
    apply: (segments: readonly Segment[]): void => store?.apply(segments),
  };
}
