import './fastify.ts';

export type { Actor, Right } from './actor.ts';
export { checkOrigin } from './origin.ts';
export { ownerActor, requireRight, systemActor } from './owner.ts';
