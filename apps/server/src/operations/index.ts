export { readHealth } from './health.ts';
export { createMetrics } from './metrics.ts';
export { operationsRoutes } from './routes.ts';
