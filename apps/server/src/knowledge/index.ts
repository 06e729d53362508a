export { createKnowledge, type Knowledge, type KnowledgeConfig, type KnowledgeOptions } from './knowledge.ts';
export { parserMemoryBytes } from './parsing/index.ts';
