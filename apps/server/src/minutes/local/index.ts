export { localMinutes, type LocalMinutesOptions } from './local-minutes.ts';
export type { Line } from './sentences.ts';
export { wordsOf } from './words.ts';
