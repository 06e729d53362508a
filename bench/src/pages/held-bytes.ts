import type { CDPSession } from 'playwright-core';

/** What holds bytes outside of the script heap, beside buffers, and how many. */
const holders = { Blob: 'size', WebSocket: 'bufferedAmount' } as const;

/**
 * All bytes that a page holds outside of its script heap, after the garbage is collected: of every buffer, of every blob
 * that its code can still reach, and those that its connections have not sent. Audio is part of it; so is the text of the
 * page's scripts. What else there is makes the figure larger, never smaller.
 */
export async function heldBytes(page: CDPSession): Promise<number> {
  await page.send('HeapProfiler.collectGarbage');
  let sum = (await page.send('Runtime.getHeapUsage')).backingStorageSize;
  for (const [type, size] of Object.entries(holders)) sum += await sumOf(page, type, size);
  return sum;
}

async function sumOf(page: CDPSession, type: string, size: string): Promise<number> {
  const objectGroup = 'held';
  const { result } = await page.send('Runtime.evaluate', { expression: `${type}.prototype`, objectGroup });
  const { objects } = await page.send('Runtime.queryObjects', { prototypeObjectId: result.objectId!, objectGroup });
  const counted = await page.send('Runtime.callFunctionOn', {
    objectId: objects.objectId!,
    functionDeclaration: `function () {
      // A prototype that inherits from this one (File's from Blob's) is found too, and holds nothing.
      const instances = this.filter((each) => !Object.hasOwn(each, 'constructor'));
      return instances.reduce((sum, each) => sum + each.${size}, 0);
    }`,
    returnByValue: true,
  });
  await page.send('Runtime.releaseObjectGroup', { objectGroup });
  if (counted.exceptionDetails) throw new Error(`${type}: ${counted.exceptionDetails.exception?.description}`);
  return Number(counted.result.value);
}
