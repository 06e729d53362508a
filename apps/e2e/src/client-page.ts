import * as client from '@hansard/client';

declare global {
  interface Window {
    hansard: typeof client;
    uploader: client.Uploader;
    recorder: client.Recorder;
    spool: client.Spool;
    /** The most that was held in memory at any look. */
    mostHeldBytes: number;
    /** How many bytes each track had in the spool when it was last looked at. */
    statuses: string[];
  }
}

/** Makes an uploader and a recorder, as the application's page does. */
async function setUp() {
  window.hansard = client;
  window.spool = await client.createIndexedDbSpool();
  window.uploader = client.createUploader({
    socket: client.connectSocket(undefined, { reconnectMs: 50 }),
    spool: window.spool,
  });
  window.mostHeldBytes = 0;
  window.statuses = [];
  window.uploader.subscribe(() => {
    const { kind } = window.uploader.status();
    if (window.statuses.at(-1) !== kind) window.statuses.push(kind);
    window.mostHeldBytes = Math.max(window.mostHeldBytes, window.recorder.heldBytes());
  });
  const source = location.hash === '#tab' ? 'tab' : 'microphone';
  const audioProcessing = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  window.recorder = client.createRecorder({
    meetingId: 'm1',
    source,
    uploader: window.uploader,
    spool: window.spool,
    audioProcessing,
  });
}

await setUp();
document.title = 'ready';
