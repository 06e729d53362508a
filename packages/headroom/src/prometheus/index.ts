export { registerMetrics, type MetricsSource } from './register-metrics.ts';
