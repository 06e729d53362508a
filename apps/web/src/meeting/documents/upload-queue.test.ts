import { beforeEach, describe, expect, it } from 'vitest';
import { createUploadQueue, type Upload } from './upload-queue.ts';

interface Sending {
  name: string;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
  accept: (documentId: string) => void;
  refuse: (error: unknown) => void;
}

let sending: Sending[];
let busy: boolean[];
let queue: ReturnType<typeof createUploadQueue>;

beforeEach(() => {
  sending = [];
  busy = [];
  queue = createUploadQueue({
    send(_meetingId, { name }, { signal, onProgress }) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      signal.addEventListener('abort', () => reject(signal.reason));
      sending.push({ name, signal, onProgress, accept: resolve, refuse: reject });
      return promise;
    },
    explain: (error) => String(error),
    isRetryable: (error) => error === 'the network',
    onBusy: (now) => busy.push(now),
  });
});

const file = (name: string) => new File(['text'], name);
const add = (...names: string[]) => queue.add('m1', names.map(file), () => null);
const shown = () => queue.getSnapshot().map(({ file: { name }, state }: Upload) => `${name} ${state}`);
const settled = () => new Promise((done) => setTimeout(done));

describe('the upload queue', () => {
  it('sends two files at once, the others after them', async () => {
    add('a', 'b', 'c');
    expect(shown()).toEqual(['a sending', 'b sending', 'c queued']);
    sending[1]!.accept('d1');
    await settled();
    expect(shown()).toEqual(['a sending', 'b sent', 'c sending']);
    expect(queue.getSnapshot()[1]).toMatchObject({ documentId: 'd1' });
  });

  it('tells how much was sent', () => {
    add('a');
    sending[0]!.onProgress(3);
    expect(queue.getSnapshot()[0]).toMatchObject({ state: 'sending', sentBytes: 3 });
  });

  it('keeps a refused file with its reason, and sends it again on demand', async () => {
    add('a', 'b');
    sending[0]!.refuse('the network');
    sending[1]!.refuse('too large');
    await settled();
    expect(queue.getSnapshot()).toMatchObject([
      { state: 'failed', problem: 'the network', retryable: true },
      { state: 'failed', problem: 'too large', retryable: false },
    ]);
    queue.retry(queue.getSnapshot()[0]!.id);
    expect(shown()).toEqual(['a sending', 'b failed']);
    expect(queue.getSnapshot()[0]).toMatchObject({ problem: null });
    expect(sending.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
  });

  it('breaks a cancelled file off and goes on with the next', async () => {
    add('a', 'b', 'c');
    queue.remove(queue.getSnapshot()[0]!.id);
    expect(sending[0]!.signal.aborted).toBe(true);
    await settled();
    expect(shown()).toEqual(['b sending', 'c sending']);
  });

  it('does not send what needs not be sent to be refused', () => {
    queue.add('m1', [file('a'), file('b')], ({ name }) => (name === 'a' ? 'empty' : null));
    expect(queue.getSnapshot()).toMatchObject([{ state: 'failed', problem: 'empty', retryable: false }, {}]);
    expect(sending.map(({ name }) => name)).toEqual(['b']);
  });

  it('says when leaving the page would break something off', async () => {
    add('a', 'b');
    sending[0]!.accept('d1');
    await settled();
    expect(busy).toEqual([true]);
    sending[1]!.refuse('the network');
    await settled();
    expect(busy).toEqual([true, false]);
  });

  it('takes so many files and no more', () => {
    add(...Array.from({ length: 250 }, (_, index) => `file ${index}`));
    expect(queue.getSnapshot()).toHaveLength(200);
  });
});
