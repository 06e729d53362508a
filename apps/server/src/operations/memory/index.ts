export { openMemory, type Memory } from './open-memory.ts';
