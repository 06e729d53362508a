import { statSync } from 'node:fs';
import { join } from 'node:path';
import { connectWire, type WireSocket } from '../../load/wire-socket.ts';
import { referenceChunkSeconds, referenceFolders } from '../reference-design.ts';
import type { Session, SessionOptions } from './session.ts';

/** Sends what the reference design expects: 15 s at once. */
export function createReferenceSession({
  url,
  dataDir,
  name: meeting,
  viewers,
  speech,
  meter,
}: SessionOptions): Session {
  const folders = referenceFolders(dataDir);
  const acknowledged: { name: string; bytes: number }[] = [];
  const unanswered = new Set<Promise<void>>();
  let recorder: WireSocket;
  let viewer: WireSocket | null = null;
  let recordedSeconds = 0;

  const send = async (name: string, bytes: Uint8Array): Promise<void> => {
    const at = performance.now();
    try {
      const { stored } = (await recorder.call('chunk', { meeting, name }, bytes)) as { stored: number };
      if (stored !== bytes.length) meter.failed('short file');
      acknowledged.push({ name, bytes: bytes.length });
      meter.acknowledged(at, bytes.length);
    } catch {
      // The connection ended; the design has no resending.
    }
  };

  return {
    async connect() {
      recorder = await connectWire(url);
      void recorder.closed.then(meter.dropped);
    },
    open: async () => {},
    async watch() {
      if (viewers === 'apart') {
        viewer = await connectWire(url);
        void viewer.closed.then(meter.dropped);
      }
      const watching = viewer ?? recorder;
      watching.on('transcript', meter.line);
      await watching.call('join', meeting);
    },
    tick() {
      recordedSeconds += 1;
      if (recordedSeconds % referenceChunkSeconds > 0) return;
      const from = (recordedSeconds - referenceChunkSeconds) * speech.bytesPerSecond;
      const bytes = speech.bytes.subarray(Math.round(from), Math.round(recordedSeconds * speech.bytesPerSecond));
      const sending = send(`${meeting}-${recordedSeconds}.webm`, bytes).finally(() => unanswered.delete(sending));
      unanswered.add(sending);
    },
    settled: async () => void (await Promise.all(unanswered)),
    async findLoss() {
      const loss = { lostBytes: 0, forgottenBytes: 0, acknowledgedBytes: 0 };
      for (const { name, bytes } of acknowledged) {
        const isDone = sizeOf(join(folders.done, name)) >= bytes;
        const isThere = isDone || sizeOf(join(folders.incoming, name)) >= bytes;
        loss.acknowledgedBytes += bytes;
        if (!isThere) loss.lostBytes += bytes;
        // The queue was in memory: what no worker had done is in no queue now.
        else if (!isDone) loss.forgottenBytes += bytes;
      }
      return loss;
    },
    close() {
      recorder.close();
      viewer?.close();
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
