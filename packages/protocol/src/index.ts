/** Everything that crosses a wire. Browser-safe: no Node imports. */
export const protocolVersion = 1;
/** The prefix of every HTTP route but health, readiness and metrics. */
export const apiPrefix = '/api/v1';

export * from './answer-text.ts';
export * from './engines.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './ids.ts';
export * from './knowledge.ts';
export * from './limits.ts';
export * from './meeting.ts';
export * from './minutes.ts';
export * from './operations.ts';
export * from './segment.ts';
