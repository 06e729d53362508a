export type { LeakFinding, LeakKind, LeakOptions, LeakReport } from './leak.ts';
export type { MinuteSummary, Summary } from './minutes.ts';
export { createMonitor, type Monitor, type MonitorOptions } from './monitor.ts';
export type { Track } from './track.ts';
