export const chromiumPath = '/usr/bin/chromium';

/** For any test or benchmark: it asks nobody for updates, and needs neither a graphics card nor a sandbox. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export const fakeMicrophoneFlags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
