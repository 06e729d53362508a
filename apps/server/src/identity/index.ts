export type { Actor, Right } from './actor.ts';
export { ownerActor, systemActor, requireRight } from './owner.ts';
