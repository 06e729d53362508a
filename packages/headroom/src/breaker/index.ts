export {
  createBreaker,
  type Breaker,
  type BreakerOptions,
  type BreakerSettings,
  type BreakerState,
  type BreakerUsage,
} from './breaker.ts';
