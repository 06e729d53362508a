import type { CDPSession } from 'playwright-core';

/** Where a page can hold bytes, and how many one such object holds. */
const holders = {
  ArrayBuffer: 'byteLength',
  Blob: 'size',
  WebSocket: 'bufferedAmount',
} as const;

/**
 * All bytes that a page holds outside of strings: of every buffer and blob that its code can still reach, and those that
 * its connections have not sent. The browser looks them up in the heap, after it has collected the garbage. Audio is part
 * of it; what else there is makes the figure larger, never smaller.
 */
export async function heldBytes(page: CDPSession): Promise<number> {
  let sum = 0;
  const objectGroup = 'held';
  for (const [type, size] of Object.entries(holders)) {
    const { result } = await page.send('Runtime.evaluate', { expression: `${type}.prototype`, objectGroup });
    const { objects } = await page.send('Runtime.queryObjects', { prototypeObjectId: result.objectId!, objectGroup });
    const counted = await page.send('Runtime.callFunctionOn', {
      objectId: objects.objectId!,
      functionDeclaration: `function () { return this.reduce((sum, each) => sum + each.${size}, 0); }`,
      returnByValue: true,
    });
    sum += Number(counted.result.value);
  }
  await page.send('Runtime.releaseObjectGroup', { objectGroup });
  return sum;
}
