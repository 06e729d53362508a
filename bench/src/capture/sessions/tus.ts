import { connectHttp, type HttpConnection } from '../../load/http-connection.ts';
import type { Session, SessionOptions } from './session.ts';

/** An upload by tus 1.0 with deferred length: a PATCH a second on one kept connection. It has no transcripts to view. */
export function createTusSession({ url, speech, meter }: SessionOptions): Session {
  let connection: HttpConnection;
  let path = '';
  let recordedSeconds = 0;
  let acknowledged = 0;
  let sending: Promise<void> | null = null;

  const connect = async (): Promise<void> => {
    connection = await connectHttp(url);
    void connection.closed.then(meter.dropped);
  };

  const patch = async (end: number): Promise<void> => {
    const at = performance.now();
    try {
      const { status, headers } = await connection.request(
        'PATCH',
        path,
        { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(acknowledged), ...version },
        speech.bytes.subarray(acknowledged, end),
      );
      if (status !== 204) return meter.failed(String(status));
      meter.acknowledged(at, Number(headers.get('upload-offset')) - acknowledged);
      acknowledged = Number(headers.get('upload-offset'));
    } catch {
      // The connection ended.
    } finally {
      sending = null;
    }
  };

  return {
    connect,
    async open() {
      const { status, headers } = await connection.request('POST', '/files', {
        'upload-defer-length': '1',
        ...version,
      });
      if (status !== 201) throw new Error(`POST /files: ${status}`);
      path = new URL(headers.get('location')!, url).pathname;
    },
    watch: async () => {},
    tick() {
      recordedSeconds += 1;
      // One PATCH at a time, as the protocol has it; a late one takes all there is by then.
      sending ??= patch(Math.round(recordedSeconds * speech.bytesPerSecond));
    },
    settled: async () => void (await sending),
    async findLoss() {
      await connect();
      const { headers } = await connection.request('HEAD', path, version);
      const there = Number(headers.get('upload-offset') ?? 0);
      return { lostBytes: Math.max(0, acknowledged - there), forgottenBytes: 0, acknowledgedBytes: acknowledged };
    },
    close: () => connection.close(),
  };
}

const version = { 'tus-resumable': '1.0.0' };
