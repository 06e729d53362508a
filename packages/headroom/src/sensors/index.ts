export { createNodeSensors, type NodeSensors, type NodeSensorsOptions } from './node-sensors.ts';
export { oldGenerationBytes, oldGenerationLimitBytes } from './old-generation.ts';
export { semiSpaceBytes } from './semi-space.ts';
