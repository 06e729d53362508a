import { chromium, type BrowserContext } from 'playwright-core';
import { browserFlags, chromiumPath, fakeMicrophoneFlags } from './chromium.ts';

/** A real Chromium whose microphone plays a WAV file, once for each time that it is opened. */
export function openBrowser(profileDir: string, microphoneWav: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profileDir, {
    executablePath: chromiumPath,
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      ...browserFlags,
      ...fakeMicrophoneFlags,
      '--autoplay-policy=no-user-gesture-required',
      `--use-file-for-fake-audio-capture=${microphoneWav}%noloop`,
    ],
  });
}
