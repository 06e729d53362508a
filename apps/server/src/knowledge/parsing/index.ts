export { parserMemoryBytes } from './child.ts';
export { parsingLimits } from './limits.ts';
export { createParser, type ParserOptions } from './parser.ts';
