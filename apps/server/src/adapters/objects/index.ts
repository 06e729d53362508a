export { cacheSizes, type SizeCache } from './cached-sizes.ts';
export type { Objects } from './contract.ts';
export { createFileObjects } from './file-objects.ts';
export { createMemoryObjects } from './memory-objects.ts';
