import type {
  CaptionsSend,
  ExportFormat,
  MeetingPatch,
  MeetingPost,
  MeetingQuery,
  MemoryDrill,
  MemoryRange,
  MinutesPost,
  SegmentPatch,
  SpeakerRename,
} from '@hansard/protocol';
import { ApiError } from './api-error.ts';
import { askQuestion, type AskOptions } from './ask.ts';
import { createRequester } from './request.ts';

export interface ApiOptions {
  /** `globalThis.fetch` if left out. */
  fetch?: typeof fetch;
  /** Parse every answer by its schema: for development and tests. */
  checkAnswers?: boolean;
  headers?: Record<string, string>;
}

interface Cancel {
  signal?: AbortSignal;
}

/** One typed function for each HTTP route. Every one throws `ApiError`, or the signal's reason where it was aborted. */
export function createApi(baseUrl = '', options: ApiOptions = {}) {
  const { fetch = globalThis.fetch.bind(globalThis), checkAnswers = false, headers = {} } = options;
  const { call, download, stream, tell, url } = createRequester({ baseUrl, fetch, checkAnswers, headers });
  const of = (meetingId: string, rest = '') => `/meetings/${encodeURIComponent(meetingId)}${rest}`;
  const documentOf = (meetingId: string, documentId: string, rest = '') =>
    of(meetingId, `/documents/${encodeURIComponent(documentId)}${rest}`);

  return {
    createMeeting: (post: MeetingPost = {}, { signal }: Cancel = {}) =>
      call('/meetings', 'meeting', { method: 'POST', body: post, signal }),
    listMeetings: (query: Partial<MeetingQuery> = {}, { signal }: Cancel = {}) =>
      call('/meetings', 'meetingPage', { query, signal }),
    getMeeting: (meetingId: string, { signal }: Cancel = {}) => call(of(meetingId), 'meetingDetail', { signal }),
    patchMeeting: (meetingId: string, patch: MeetingPatch, { signal }: Cancel = {}) =>
      call(of(meetingId), 'meeting', { method: 'PATCH', body: patch, signal }),
    deleteMeeting: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId), 'meetingDeleted', { method: 'DELETE', signal }),
    endMeeting: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId, '/end'), 'meeting', { method: 'POST', signal }),

    listSegments: (meetingId: string, page: { since?: number; limit?: number } = {}, { signal }: Cancel = {}) =>
      call(of(meetingId, '/segments'), 'segmentPage', { query: page, signal }),
    /** Lines that have text already; the same `externalId` again replaces the older text. */
    postCaptions: (meetingId: string, captions: Omit<CaptionsSend, 'meetingId'>, { signal }: Cancel = {}) =>
      tell(of(meetingId, '/segments'), { method: 'POST', body: captions, signal }),
    patchSegment: (meetingId: string, segmentId: string, patch: SegmentPatch, { signal }: Cancel = {}) =>
      call(of(meetingId, `/segments/${encodeURIComponent(segmentId)}`), 'segment', {
        method: 'PATCH',
        body: patch,
        signal,
      }),
    /** Gives every line of one speaker another name. */
    renameSpeaker: (meetingId: string, rename: SpeakerRename, { signal }: Cancel = {}) =>
      tell(of(meetingId, '/speakers/rename'), { method: 'POST', body: rename, signal }),
    /** Tries all failed chunks of the meeting again, or the one that is named. */
    retryChunks: (meetingId: string, chunkId?: string, { signal }: Cancel = {}) =>
      tell(of(meetingId, '/chunks/retry'), {
        method: 'POST',
        body: { chunkId },
        signal,
      }),

    /** What happened to the meeting on its way to text, while the server's log level is debug. */
    getPipelineLog: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId, '/pipeline-log'), 'pipelineLog', { signal }),

    makeMinutes: (meetingId: string, post: MinutesPost = {}, { signal }: Cancel = {}) =>
      call(of(meetingId, '/minutes'), 'minutes', { method: 'POST', body: post, signal }),
    /** The minutes as they are then. */
    cancelMinutes: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId, '/minutes/running'), 'minutes', { method: 'DELETE', signal }),
    /** Null where none were made yet. */
    getMinutes: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId, '/minutes'), 'minutes', { signal }).catch(nullIfNotFound),
    listTemplates: ({ signal }: Cancel = {}) => call('/templates', 'templateList', { signal }),

    /** The passages of documents and of what was said that fit a question best; needs no language model. */
    findPassages: (meetingId: string, q: string, { k, signal }: Cancel & { k?: number } = {}) =>
      call(of(meetingId, '/passages'), 'passageList', { query: { q, k }, signal }),
    /**
     * Asks a meeting, or all of them (null). `onText` gets the answer piece by piece; what it got is void where the reply's
     * engine is `quotes`. An abort ends the work on the server too.
     */
    ask: (meetingId: string | null, question: string, { onText, signal }: AskOptions = {}) =>
      askQuestion({ call, stream }, meetingId === null ? '/ask' : of(meetingId, '/ask'), question, { onText, signal }),

    /** A file to make answers from; it is read in the background, and `document` events tell how far it is. */
    addDocument: (meetingId: string, file: Blob, name: string, { signal }: Cancel = {}) => {
      const form = new FormData();
      form.append('file', file, name);
      return call(of(meetingId, '/documents'), 'documentAccepted', { method: 'POST', body: form, signal });
    },
    listDocuments: (meetingId: string, { signal }: Cancel = {}) =>
      call(of(meetingId, '/documents'), 'documentList', { signal }),
    /** Stops the reading; one that is ready stays as it is. */
    cancelDocument: (meetingId: string, documentId: string, { signal }: Cancel = {}) =>
      call(documentOf(meetingId, documentId, '/cancel'), 'meetingDocument', { method: 'POST', signal }),
    deleteDocument: (meetingId: string, documentId: string, { signal }: Cancel = {}) =>
      call(documentOf(meetingId, documentId), 'documentDeleted', { method: 'DELETE', signal }),

    listEngines: ({ signal }: Cancel = {}) => call('/engines', 'engineList', { signal }),
    /** What an engine hears in a recording. */
    tryEngine: (recording: Blob, { signal }: Cancel = {}) =>
      call('/engines/try', 'engineTrial', { method: 'POST', body: recording, signal }),

    /** What memory is like now; for operators, as all that follows. */
    getMemory: ({ signal }: Cancel = {}) => call('/operations/memory', 'memoryState', { signal }),
    getMemoryHistory: (range: MemoryRange, { signal }: Cancel = {}) =>
      call('/operations/memory/history', 'memoryHistory', { query: { range }, signal }),
    /** Applies real pressure, where the server allows it. */
    startMemoryDrill: (drill: MemoryDrill, { signal }: Cancel = {}) =>
      call('/operations/memory/drill', 'memoryDrillReport', { method: 'POST', body: drill, signal }),
    /** Lets a meeting's room go from memory; the next question brings it back. `CONFLICT` where it is in use. */
    evictRoom: (meetingId: string, { signal }: Cancel = {}) =>
      tell(`/operations/memory/rooms/${encodeURIComponent(meetingId)}`, { method: 'DELETE', signal }),
    cancelMemoryDrill: ({ signal }: Cancel = {}) => tell('/operations/memory/drill', { method: 'DELETE', signal }),
    takeHeapSnapshot: ({ signal }: Cancel = {}) => download('/operations/memory/snapshot', { method: 'POST', signal }),
    takeAllocationProfile: (seconds: number, { signal }: Cancel = {}) =>
      download('/operations/memory/profile', { method: 'POST', query: { seconds }, signal }),

    /** Addresses for `<audio>` and download links. */
    audioUrl: (meetingId: string, trackId?: string) => url(of(meetingId, '/audio'), { track: trackId }),
    /** The file as it was sent. A PDF can be shown, at a page (from 1); others are downloads. */
    originalUrl: (meetingId: string, documentId: string, page?: number) =>
      url(documentOf(meetingId, documentId, '/original')) + (page === undefined ? '' : `#page=${page}`),
    exportUrl: (meetingId: string, format: ExportFormat) => url(of(meetingId, '/export'), { format }),
  };
}

export type Api = ReturnType<typeof createApi>;

function nullIfNotFound(error: unknown): null {
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return null;
  throw error;
}
