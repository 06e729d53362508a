import { randomUUID } from 'node:crypto';
import {
  connectSocket,
  createMemorySpool,
  createTranscriptStore,
  createUploader,
  type Uploader,
} from '@hansard/client';
import { createFileSource } from '@hansard/client/node';
import type { Segment } from '@hansard/protocol';
import type { Speech } from '../load/speech.ts';

/** Somebody in a meeting: a browser with a socket of its own, which shows the transcript and may record. */
export interface Person {
  /** What is on the page. */
  lines(): readonly Segment[];
  /** Resolves when the server has said that all of it is durable. */
  record(speech: Speech): Promise<void>;
  leave(): void;
}

const audioType = 'audio/webm;codecs=opus';

export function comeIn(url: string, meetingId: string): Person {
  const socket = connectSocket(url);
  const viewer = createTranscriptStore({ socket, meetingId });
  const uploaders: Uploader[] = [];
  return {
    lines: () => viewer.getSnapshot().lines,
    async record({ bytes, bytesPerSecond }) {
      const uploader = createUploader({ socket, spool: createMemorySpool() });
      uploaders.push(uploader);
      const trackId = randomUUID();
      const source = await createFileSource({ bytes, bytesPerSecond, realTime: false, sliceMs: 1000 });
      const track = {
        trackId,
        meetingId,
        kind: 'microphone' as const,
        mimeType: audioType,
        participant: null,
        startedAtMs: Date.now(),
        continues: null,
      };
      await source.play(uploader, track).done;
      await uploader.whenSaved(trackId);
    },
    leave() {
      for (const uploader of uploaders) uploader.close();
      viewer.close();
      socket.close();
    },
  };
}
