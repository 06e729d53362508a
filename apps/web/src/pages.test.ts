// @vitest-environment node
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDetail, makeMeeting, makeMinutes, makeSegments, makeTrack } from '../test-server/fixtures.ts';
import { openApp, type OpenedApp } from '../test-server/open-app.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp();
}, 60_000);
afterAll(() => app.close());

beforeEach(() => {
  const gap = { startMs: 20_000, endMs: 32_000, reason: 'not-received', trackId: 'm2-t0' } as const;
  const failures = [50_000, 90_000].map((startMs) => ({
    id: `chunk-${startMs}`,
    trackId: 'm2-t0',
    startMs,
    endMs: startMs + 12_000,
    message: 'The engine gave up after three tries.',
  }));
  const ledger = { capturedMs: 350_000, durableMs: 338_000, transcribedMs: 300_000, gaps: [gap] };
  app.world.failWith = null;
  app.world.meetings = [
    makeDetail(makeMeeting(0, { state: 'live', openChunks: 2, endedAt: null }), {
      tracks: [makeTrack('m0', 0)],
      behindMs: 48_000,
    }),
    makeDetail(makeMeeting(1, { state: 'processing' })),
    makeDetail(makeMeeting(2), { ledger, failures }),
    ...Array.from({ length: 200 }, (_, index) => makeDetail(makeMeeting(3 + index))),
  ];
  app.world.segments = new Map([
    ['m0', makeSegments('m0', 60)],
    ['m2', makeSegments('m2', 1000)],
  ]);
  app.world.minutes = new Map([['m2', makeMinutes('m2')]]);
});

describe.each([
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1280 },
] as const)('in the $colorScheme theme, $width px wide,', ({ colorScheme, width }) => {
  it.each([
    ['the list', '/', 'Quarterly budget 0'],
    ['a search', '/?q=export', 'leave the'],
    ['a long meeting', '/m/m2', 'let us begin'],
    ['a live meeting', '/m/m0', 'The text is 48 s behind.'],
    ['Settings', '/settings', 'In use'],
    ['no page', '/nowhere', 'Nothing here'],
  ])('%s has nothing that axe objects to', { timeout: 30_000 }, async (_page, path, text) => {
    const page = await app.visit(path, { colorScheme, viewport: { width, height: 800 } });
    await page.getByText(text).first().waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

describe('the pages', { timeout: 30_000 }, () => {
  it('run under a policy that allows no inline script or style', async () => {
    const page = await app.visit('/');
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text());
    });
    await page.reload();
    await page.getByRole('button', { name: 'Delete “Release planning 1”' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Deleted “Release planning 1”: 1 recording (9.6 MB), 212 lines, 1 set of minutes.').waitFor();
    await page.getByText('Release planning 1', { exact: true }).waitFor({ state: 'detached' });
    expect(refused).toEqual([]);
    await page.context().close();
  });

  it('open a meeting at the line that a search found', async () => {
    const page = await app.visit('/');
    // The keys are listened for by the time that the list is there.
    await page.getByText('Quarterly budget 0').waitFor();
    await page.keyboard.press('/');
    await page.locator('input[type=search]:focus').waitFor();
    await page.keyboard.type('export');
    await page.locator('a[href*="m2-s4"]').click();
    await page.waitForURL(/\/m\/m2\?line=m2-s4$/);
    const line = page.locator(':focus');
    await line.filter({ hasText: 'leave the export out' }).waitFor();
    expect(await line.isVisible()).toBe(true);
    await page.context().close();
  });

  it('correct a line by keyboard, and undo it', async () => {
    const page = await app.visit('/m/m2');
    await page.getByText('Good morning').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Good evening.');
    await page.keyboard.press('Enter');
    await page.getByText('Good evening. (edited)').waitFor();
    await page.getByText('Line corrected.').waitFor();
    await page.keyboard.press('u');
    await page.getByText('Good morning, let us begin with the budget for the next quarter. (edited)').waitFor();
    expect(app.world.segments.get('m2')?.[0]?.text).toContain('Good morning');
    await page.context().close();
  });

  it('follow a live meeting until somebody scrolls up, and then on demand', async () => {
    const page = await app.visit('/m/m0');
    const speak = (text: string) => {
      const lines = app.world.segments.get('m0')!;
      const last = lines.at(-1)!;
      const line = { ...last, id: text, seq: last.seq + 1, startMs: last.endMs, endMs: last.endMs + 900, text };
      lines.push(line);
      app.io.emit('segment', line);
    };
    await page.getByText('hard to understand').last().waitFor();
    speak('The first new line.');
    await page.getByRole('listitem').getByText('The first new line.').waitFor();
    await page.getByRole('region', { name: 'Transcript' }).hover();
    await page.mouse.wheel(0, -900);
    await page.getByRole('button', { name: 'Back to live' }).waitFor();
    speak('The second new line.');
    await page.getByText('The second new line.').first().waitFor({ state: 'attached' });
    expect(await page.getByRole('listitem').getByText('The second new line.').count()).toBe(0);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await page.getByRole('listitem').getByText('The second new line.').waitFor();
    await page.context().close();
  });

  it('say what is not saved while the server is away, and warn who leaves', async () => {
    const page = await app.visit('/m/m0');
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText('All audio saved').waitFor();
    await page.context().setOffline(true);
    app.io.disconnectSockets(true);
    await page.getByText(/^Offline: [1-9]\d* s kept on this device$/).waitFor();
    const asked = page.waitForEvent('dialog');
    const closing = page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    await (await asked).dismiss();
    await closing;
    await page.context().setOffline(false);
    await page.getByText('All audio saved').waitFor();
    await page.context().close();
  });

  it('say that a list could not be loaded, and load it again', async () => {
    app.world.failWith = 'FORBIDDEN';
    const page = await app.visit('/');
    await page.getByText('The meetings could not be loaded').waitFor();
    app.world.failWith = null;
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Quarterly budget 0').waitFor();
    expect(await page.getByText('The meetings could not be loaded').count()).toBe(0);
    await page.context().close();
  });
});
