import type { Logger } from 'pino';
import { roomsLimits } from './limits.ts';

/** Gives rooms vectors of another model, one after another; each is in the line once. */
export function createRenewals({ renew, log }: { renew: (meetingId: string) => Promise<void>; log: Logger }) {
  const waiting = new Set<string>();
  let working: Promise<void> = Promise.resolve();
  let isEnded = false;

  async function work(meetingId: string): Promise<void> {
    try {
      if (!isEnded) await renew(meetingId);
    } catch (error) {
      log.warn({ err: error, meetingId }, 'a room could not be given vectors; it is looked at again when it is used');
    } finally {
      waiting.delete(meetingId);
    }
  }

  return {
    add(meetingId: string): void {
      if (isEnded || waiting.has(meetingId) || waiting.size >= roomsLimits.maxRenewals) return;
      waiting.add(meetingId);
      working = working.then(() => work(meetingId));
    },
    /** Resolves when the one under way is over. */
    async end(): Promise<void> {
      isEnded = true;
      await working;
    },
  };
}
