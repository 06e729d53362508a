import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const desktop = { width: 1280, height: 900 };
export const phone = { width: 360, height: 740 };

/** Everything that axe objects to in either theme, and whatever makes the page scroll sideways. */
export async function inspectPage(page: Page, sizes = [desktop, phone]): Promise<string[]> {
  const objections: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await untilDrawn(page, colorScheme);
      // The pages have no frames: no other page need be opened to gather what was found in each.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      for (const { id, nodes } of violations) {
        for (const { html } of nodes) objections.push(`${id}, ${colorScheme}, ${size.width} px: ${html}`);
      }
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) objections.push(`${overflow} px too wide at ${size.width} px`);
  }
  return objections;
}

/** Colours in between those of two themes are nobody's fault. */
async function untilDrawn(page: Page, colorScheme: string): Promise<void> {
  await page.waitForFunction(
    (scheme) =>
      document.documentElement.dataset['mantineColorScheme'] === scheme &&
      document.getAnimations().every((animation) => !(animation instanceof CSSTransition)),
    colorScheme,
    { polling: 50 },
  );
}

/** All lines of the transcript from the top to the bottom, by their number from 1; the list holds only those near the view. */
export function readTranscript(page: Page): Promise<[number, string][]> {
  return page.getByRole('region', { name: 'Transcript' }).evaluate(async (region) => {
    const lines: [number, string][] = [];
    for (let top = 0; ; top += region.clientHeight) {
      region.scrollTop = top;
      await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
      for (const item of region.querySelectorAll('[role="listitem"]')) {
        const number = Number(item.getAttribute('aria-posinset'));
        const text = item.querySelector('p')?.textContent ?? '';
        if (!lines.some(([seen, same]) => seen === number && same === text)) lines.push([number, text]);
      }
      if (top + region.clientHeight >= region.scrollHeight) break;
    }
    return lines.toSorted(([one], [other]) => one - other);
  });
}
