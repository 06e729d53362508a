// @vitest-environment node
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryHistory, makeMemoryState } from '../../test-server/memory-fixtures.ts';
import { openApp, type OpenedApp } from '../../test-server/open-app.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp();
}, 60_000);
afterAll(() => app.close());
beforeEach(() => {
  Object.assign(app.world, { failWith: null, memory: makeMemoryState(), memoryHistory: makeMemoryHistory() });
});

const holders = (page: Page) => page.getByRole('heading', { name: 'What holds memory' });

describe('the memory page', { timeout: 30_000 }, () => {
  it('says that it loads, and then shows the figures', async () => {
    const page = await app.visit('/nowhere');
    let release = (): void => {};
    const held = new Promise<void>((done) => (release = done));
    await page.route('**/operations/memory', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'attached' });
    expect(await holders(page).count()).toBe(0);
    release();
    await holders(page).waitFor();
    expect(await page.title()).toContain('Memory');
    expect(await page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0);
    await page.context().close();
  });

  it('says why there are no figures, and shows them when there are', async () => {
    app.world.failWith = 'INTERNAL';
    const page = await app.visit('/operations');
    await page.getByRole('heading', { name: 'The figures could not be loaded' }).waitFor();
    app.world.failWith = null;
    await page.getByRole('button', { name: 'Retry' }).click();
    await holders(page).waitFor();
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
    await page.context().close();
  });

  it('says whom it is for', async () => {
    app.world.failWith = 'FORBIDDEN';
    const page = await app.visit('/operations');
    await page.getByRole('heading', { name: 'This page is for operators' }).waitFor();
    expect(await holders(page).count()).toBe(0);
    await page.context().close();
  });

  it('keeps the figures while the server is away, says of when they are, and goes on when it is back', async () => {
    const page = await app.visit('/operations');
    await holders(page).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('status').filter({ hasText: 'cannot be reached just now. These figures are of' }).waitFor();
    expect(await holders(page).isVisible()).toBe(true);
    await page.context().setOffline(false);
    await page.getByText('cannot be reached just now').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('says that nothing is done about memory where governance is off', async () => {
    app.world.memory = makeMemoryState({ governed: false, tightest: null, signals: [], pressure: 0 });
    app.world.memoryHistory = makeMemoryHistory({ signals: [] });
    const page = await app.visit('/operations');
    await page.getByText('Governance is off').waitFor();
    await page.getByText('No limit is known').waitFor();
    await page.getByText('The course begins with the next samples.').waitFor();
    expect(await page.getByRole('group', { name: /^Graph of each signal/ }).count()).toBe(0);
    await page.context().close();
  });

  it('tells the course in words, and goes through it by arrows', async () => {
    const page = await app.visit('/operations');
    await page.getByText('Resident memory: 30 % now, 86 % at most.').waitFor({ state: 'attached' });
    const graph = page.getByRole('group', { name: /^Graph of each signal/ });
    await graph.focus();
    // 299 − 13 × 10 is a step of the rise.
    for (let presses = 0; presses < 13; presses += 1) await page.keyboard.press('PageUp');
    await page.locator('[aria-live=polite]').getByText('Critical').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('[aria-live=off]').getByText('Normal').waitFor();
    expect(await page.locator('[aria-live=polite]').getByText(/./).count()).toBe(0);
    await page.context().close();
  });
});
