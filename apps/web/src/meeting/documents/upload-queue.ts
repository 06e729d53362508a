/** One file on its way to the server. */
export interface Upload {
  id: number;
  meetingId: string;
  file: File;
  state: 'queued' | 'sending' | 'sent' | 'failed';
  sentBytes: number;
  /** Of a sent one. */
  documentId: string | null;
  /** Of a failed one, for a person. */
  problem: string | null;
  /** Whether to send it again may help. */
  retryable: boolean;
}

export interface UploadQueueOptions {
  /** Resolves with the document's ID as soon as the server has the file. */
  send: (
    meetingId: string,
    file: File,
    options: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
  ) => Promise<string>;
  explain: (error: unknown) => string;
  isRetryable: (error: unknown) => boolean;
  /** Told whenever there begins or ends to be something that leaving the page would break off. */
  onBusy?: (busy: boolean) => void;
}

/** The server takes one file after the other apart: more at once would only share the line. */
const maxAtOnce = 2;
/** Of all meetings; files beyond are not taken. */
const maxUploads = 200;

/** Sends files in the order they came. It belongs to no component: it goes on while other pages are looked at. */
export function createUploadQueue({ send, explain, isRetryable, onBusy }: UploadQueueOptions) {
  const listeners = new Set<() => void>();
  const aborts = new Map<number, AbortController>();
  let uploads: readonly Upload[] = [];
  let nextId = 1;
  let busy = false;

  function set(next: readonly Upload[]): void {
    uploads = next;
    const nowBusy = uploads.some(({ state }) => state === 'queued' || state === 'sending');
    if (nowBusy !== busy) onBusy?.((busy = nowBusy));
    for (const listener of listeners) listener();
  }

  function change(id: number, changes: Partial<Upload>): void {
    set(uploads.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));
  }

  function startNext(): void {
    for (const upload of uploads) {
      if (aborts.size >= maxAtOnce) return;
      if (upload.state === 'queued') void run(upload);
    }
  }

  async function run({ id, meetingId, file }: Upload): Promise<void> {
    const abort = new AbortController();
    aborts.set(id, abort);
    change(id, { state: 'sending', sentBytes: 0 });
    try {
      const onProgress = (sentBytes: number) => change(id, { sentBytes });
      const documentId = await send(meetingId, file, { signal: abort.signal, onProgress });
      change(id, { state: 'sent', documentId });
    } catch (error) {
      // A cancelled one is off the list already.
      change(id, { state: 'failed', problem: explain(error), retryable: isRetryable(error) });
    } finally {
      aborts.delete(id);
      startNext();
    }
  }

  return {
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The same list until something changes. */
    getSnapshot: (): readonly Upload[] => uploads,

    /** `problemOf` says what is wrong with a file that needs not be sent to know. */
    add(meetingId: string, files: readonly File[], problemOf: (file: File) => string | null): void {
      const added = files.slice(0, maxUploads - uploads.length).map((file): Upload => {
        const problem = problemOf(file);
        const state = problem === null ? 'queued' : 'failed';
        const nothingYet = { sentBytes: 0, documentId: null, retryable: false };
        return { id: nextId++, meetingId, file, state, problem, ...nothingYet };
      });
      set([...uploads, ...added]);
      startNext();
    },
    retry(id: number): void {
      change(id, { state: 'queued', problem: null, sentBytes: 0 });
      startNext();
    },
    /** Takes it off the list; one that is being sent is broken off. */
    remove(id: number): void {
      set(uploads.filter((upload) => upload.id !== id));
      aborts.get(id)?.abort();
    },
  };
}

export type UploadQueue = ReturnType<typeof createUploadQueue>;
