export * from './contracts.ts';
export { logSink, slackSink, webhookSink, type WebhookOptions } from './alerts/index.ts';
export type { BreakerSettings, BreakerState, BreakerUsage } from './breaker/index.ts';
export type { Cache, CacheOptions, CacheStats, EvictionCause } from './caches/index.ts';
export type { ClassLimits, Ending, Place, Priority, RequestClass, ClassOptions, ClassStats } from './classes/index.ts';
export { createGovernor, type Counters, type Governor } from './governor.ts';
export type { LevelListener } from './level-listeners.ts';
export type { Forecast, LevelOptions, Thresholds } from './levels/index.ts';
export type { LeakFinding, LeakKind, LeakOptions, LeakReport, MinuteSummary, Summary, Track } from './monitor/index.ts';
export type { GovernorOptions } from './options.ts';
export { MemoryPressureError, type PressureCode, type PressureReadings } from './pressure-error.ts';
export type { Reservation, ReservedOn, ReservationOptions } from './reservations/index.ts';
export {
  collectGarbage,
  type CollectionSettings,
  type DrainSettings,
  type Feature,
  type FeatureOptions,
  type Progress,
  type Relief,
  type ResponderSettings,
  type ResponseState,
} from './responses/index.ts';
export { createNodeSensors, type NodeSensorsOptions } from './sensors/index.ts';
