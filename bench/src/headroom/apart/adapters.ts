import { createGovernor } from '@hansard/headroom';

/** More than the clients at one time: nobody waits, in any of them. */
const limits = { normal: 1000, warning: 500, critical: 100, emergency: 0 };

/** All that its documentation shows in use, set so high that it never refuses; and the same without what costs it most. */
export const memoryLimits = { maxEventLoopDelay: 10_000, maxHeapUsedBytes: 4e9, maxRssBytes: 8e9 };

export const createClass = () =>
  createGovernor()
    .start()
    .requestClass('requests', { priority: 'normal', limits, maxQueued: 100, queueDeadlineMs: 1000 });
