import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { RoomLease } from '../../adapters/rooms/index.ts';
import { AppError } from '../../errors.ts';
import type { ToOwner } from '../answers/index.ts';
import { elsewhereHeader, forward } from './forward.ts';
import { sharingLimits } from './limits.ts';
import type { Ownership, Place } from './ownership.ts';
import { forwardedHeader, type Seals } from './seal.ts';

interface ToOwnerOptions {
  ownership: Pick<Ownership, 'locate' | 'isHeldStill'>;
  seals: Seals;
  /** Where this instance is reached. */
  selfUrl: string;
  leaseTtlMs: number;
  onForwarded: () => void;
  log: Logger;
}

/**
 * Before a question to a meeting is answered: where another instance has its room, that one answers. What was forwarded is
 * answered here or sent back, so that no question goes in circles. Where the map can't be reached, each answers what it has.
 */
export function createToOwner({ ownership, seals, selfUrl, leaseTtlMs, onForwarded, log }: ToOwnerOptions): ToOwner {
  /** Null where the map is out of reach. */
  async function locate(meetingId: string, dead?: ReadonlySet<string>): Promise<Place> {
    try {
      return await ownership.locate(meetingId, dead);
    } catch (error) {
      if (error instanceof AppError && error.code === 'STORAGE_FAILED') return null;
      throw error;
    }
  }

  /** The owner doesn't answer: waits until its lease has run out. False where it is alive and renews it, or nobody waits. */
  async function isOver(lease: RoomLease, reply: FastifyReply): Promise<boolean> {
    const until = Date.now() + leaseTtlMs + sharingLimits.pollMs;
    while (await ownership.isHeldStill(lease).catch(() => false)) {
      if (Date.now() > until || reply.raw.destroyed) return false;
      await sleep(sharingLimits.pollMs);
    }
    return true;
  }

  async function ask(request: FastifyRequest, reply: FastifyReply, place: NonNullable<Place>, seal: string) {
    const { url, lease } = place;
    const lost = new AbortController();
    const watch = setInterval(() => {
      if (lease)
        ownership.isHeldStill(lease).then(
          (isHeld) => isHeld || lost.abort(),
          () => {},
        );
    }, leaseTtlMs);
    try {
      return await forward(request, reply, { url, seal, question: request.body, lost: lost.signal });
    } finally {
      clearInterval(watch);
    }
  }

  return async (request, reply) => {
    const { id: meetingId } = request.params as { id: string };
    const sealed = request.headers[forwardedHeader];
    const about = (to: string) => ({ to, ...aboutOf(request) });
    if (sealed !== undefined) {
      seals.check(String(sealed), about(selfUrl));
      if ((await locate(meetingId)) === null) return undefined;
      void reply.header(elsewhereHeader, '1');
      throw new AppError('CONFLICT', 'Another instance answers for this meeting’s room now.');
    }
    const dead = new Set<string>();
    for (let tried = 0; tried < sharingLimits.maxTries; tried += 1) {
      const place = await locate(meetingId, dead);
      if (place === null) return undefined;
      const outcome = await ask(request, reply, place, seals.seal(about(place.url)));
      log.debug({ meetingId, outcome, token: place.lease?.token }, 'a question was forwarded');
      if (outcome === 'answered') {
        onForwarded();
        return reply;
      }
      if (outcome === 'gone') {
        dead.add(place.url);
        if (place.lease && !(await isOver(place.lease, reply))) break;
      }
    }
    throw new AppError(
      'BUSY',
      'The instance that has this meeting’s room can’t be reached. Ask again in a few seconds.',
      {
        retryAfterMs: leaseTtlMs,
      },
    );
  };
}

function aboutOf({ actor, method, url, body }: FastifyRequest) {
  const { question = '' } = (body ?? {}) as { question?: string };
  return { workspaceId: actor.workspaceId, method, path: url, question };
}
