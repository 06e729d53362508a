import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { sharingLimits } from './limits.ts';

/** On a question that another instance has passed on: it is answered here or refused, and goes no further. */
export const forwardedHeader = 'x-hansard-forwarded';

/** What a seal is about. */
export interface Forwarded {
  /** The URL of the instance that it is for. */
  to: string;
  workspaceId: string;
  method: string;
  /** With the query. */
  path: string;
  question: string;
}

/** Seals of those who know the secret; each for one question, one instance, and a minute. */
export function createSeals(secret: string, now: () => number = Date.now) {
  const digest = ({ to, workspaceId, method, path, question }: Forwarded, atMs: number): Buffer => {
    const sealed = JSON.stringify(['v1', atMs, to, workspaceId, method, path, question]);
    return createHmac('sha256', secret).update(sealed).digest();
  };
  return {
    seal(forwarded: Forwarded): string {
      const atMs = now();
      return `${atMs}.${digest(forwarded, atMs).toString('base64url')}`;
    },

    /** Throws `FORBIDDEN` unless the seal is one of ours, for just this, and fresh. */
    check(seal: string, forwarded: Forwarded): void {
      const [at = '', signature = ''] = seal.split('.');
      const atMs = Number(at);
      const given = Buffer.from(signature, 'base64url');
      const wanted = digest(forwarded, atMs);
      const isFresh = Math.abs(now() - atMs) <= sharingLimits.maxClockSkewMs;
      if (isFresh && given.length === wanted.length && timingSafeEqual(given, wanted)) return;
      throw new AppError(
        'FORBIDDEN',
        'This was not forwarded by an instance with the same HANSARD_INSTANCE_SECRET, or its clock is more than a minute off.',
      );
    },
  };
}

export type Seals = ReturnType<typeof createSeals>;
