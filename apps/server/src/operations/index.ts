export { readHealth } from './health.ts';
export { openMemory } from './memory/index.ts';
export { createMetrics } from './metrics.ts';
export { operationsRoutes } from './routes.ts';
export { createPipelineLog, type PipelineLog } from './pipeline-log.ts';
export { pipelineLogRoutes } from './pipeline-log-routes.ts';
