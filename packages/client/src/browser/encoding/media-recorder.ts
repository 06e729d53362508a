import { ClientError } from '../../client-error.ts';
import type { Encoding, EncodingOptions } from './contract.ts';

/** The browser's own recorder: one for the whole track, since restarting it loses sound. */
export function openMediaRecorder(options: EncodingOptions & { mimeType: string }): Encoding {
  const { stream, mimeType, sliceMs, bitsPerSecond, onSlice, onFailed, onStopped } = options;
  const media = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: bitsPerSecond });
  const stopped = Promise.withResolvers<void>();
  media.addEventListener('dataavailable', ({ data }) => {
    if (data.size > 0) onSlice(data);
  });
  media.addEventListener('stop', () => {
    onStopped();
    stopped.resolve();
  });
  media.addEventListener('error', (event) => {
    onFailed(new ClientError('RECORDER_FAILED', 'The browser’s recorder failed.', event));
  });
  return {
    mimeType,
    start: () => media.start(sliceMs),
    async stop() {
      if (media.state === 'inactive') return;
      // Brings the last `dataavailable`, then `stop`.
      media.stop();
      await stopped.promise;
    },
  };
}
