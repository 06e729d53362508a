export type { Bus, MeetingEvent } from './contract.ts';
export { createMemoryBus } from './memory-bus.ts';
