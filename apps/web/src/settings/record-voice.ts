const mimeTypes = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

/** Records the default microphone for so long. Rejects as `getUserMedia` and `MediaRecorder` do. */
export async function recordVoice(lengthMs: number): Promise<Blob> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  try {
    const mimeType = mimeTypes.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000, ...(mimeType && { mimeType }) });
    const { promise, resolve, reject } = Promise.withResolvers<Blob>();
    recorder.addEventListener('dataavailable', ({ data }) => resolve(data));
    recorder.addEventListener('error', () => reject(new Error('The recorder failed.')));
    recorder.start();
    setTimeout(() => recorder.stop(), lengthMs);
    return await promise;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
