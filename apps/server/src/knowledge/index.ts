export { createKnowledge, type Knowledge, type KnowledgeConfig, type KnowledgeOptions } from './knowledge.ts';
export { openRedisStore } from './shared/index.ts';
export { parserMemoryBytes } from './parsing/index.ts';
