import { createTranscriptStore, type TranscriptStore } from '@hansard/client';
import { limits } from '@hansard/protocol';
import { api } from '../app/api.ts';
import { connection } from '../app/connection.ts';

/** A chunk of its own, with the socket's code: the first lines are on the screen before it is needed. */
export function openLiveTranscript(meetingId: string): TranscriptStore {
  return createTranscriptStore({
    socket: connection(),
    meetingId,
    fetchPage: (since) => api.listSegments(meetingId, { since, limit: limits.maxSegmentsPerPage }),
  });
}
