import type { Page } from 'playwright-core';

/** What a person does on the page to record, by the names that a screen reader says. */
export interface RecordPage {
  readonly meetingId: string;
  record(): Promise<void>;
  stop(): Promise<void>;
  /** The line that says whether all audio is saved. */
  status(): Promise<string>;
  /** All text of the transcript on the page. */
  text(): Promise<string>;
}

export async function newMeeting(page: Page, url: string): Promise<RecordPage> {
  await page.goto(url);
  await page.getByRole('button', { name: 'New meeting' }).first().click();
  await page.waitForURL(/\/m\//);
  return recordPage(page, page.url().split('/m/')[1]!);
}

export function recordPage(page: Page, meetingId: string): RecordPage {
  return {
    meetingId,
    async record() {
      await page.getByRole('button', { name: 'Record', exact: true }).click();
      await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    },
    async stop() {
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
    },
    status: async () => (await page.getByRole('status').allInnerTexts()).join(' '),
    text: () => page.getByRole('region', { name: 'Transcript' }).innerText(),
  };
}
