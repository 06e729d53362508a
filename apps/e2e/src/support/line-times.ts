import type { Segment } from '@hansard/protocol';
import type { Page } from 'playwright-core';
import { io } from 'socket.io-client';

export interface LineTimes {
  /** Milliseconds from the server's telling of a line to its standing on the page, for each line seen. */
  delaysMs(): Promise<number[]>;
  close(): void;
}

/** Watches when the server tells of a line (the engine is done with it, and it is committed) and when the page shows it. */
export async function watchLines(page: Page, url: string, meetingId: string): Promise<LineTimes> {
  const told = new Map<string, number>();
  const socket = io(url, { transports: ['websocket'] });
  socket.on('segment', ({ text }: Segment) => {
    if (!told.has(text)) told.set(text, Date.now());
  });
  await socket.emitWithAck('meeting:join', { meetingId, since: 0 });
  await page.evaluate(() => {
    const shown = new Map<string, number>();
    Object.assign(window, { shown });
    new MutationObserver(() => {
      for (const line of document.querySelectorAll('[aria-label="Transcript"] p')) {
        const text = line.textContent ?? '';
        if (!shown.has(text)) shown.set(text, Date.now());
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return {
    async delaysMs() {
      const shown = await page.evaluate(() => [...(window as unknown as { shown: Map<string, number> }).shown]);
      const shownAt = new Map(shown);
      return [...told].flatMap(([text, at]) => (shownAt.has(text) ? [shownAt.get(text)! - at] : []));
    },
    close: () => socket.close(),
  };
}
