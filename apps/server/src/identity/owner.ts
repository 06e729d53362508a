import { AppError } from '../errors.ts';
import type { Actor, Right } from './actor.ts';

const everyRight: ReadonlySet<Right> = new Set(['read', 'record', 'write', 'operate']);

/** Whoever reaches the server over loopback owns it: there are no accounts yet. */
export const ownerActor: Actor = Object.freeze({ workspaceId: 'default', userId: 'owner', rights: everyRight });

/** The server's own work: jobs, recovery, sweeps. */
export const systemActor: Actor = Object.freeze({ workspaceId: 'default', userId: 'system', rights: everyRight });

/** Throws `FORBIDDEN` unless the actor has the right. */
export function requireRight(actor: Actor, right: Right): void {
  if (!actor.rights.has(right)) throw new AppError('FORBIDDEN', `This needs the right to ${right}.`);
}
