export { createMinutes, type MinutesOptions, type MinutesService, type ReadTranscript } from './service.ts';
export { createMinutesEngines, type MinutesConfig, type MinutesEngines } from './engines.ts';
export type { Line as TranscriptLine } from './local/index.ts';
export type { MinutesResults } from './results.ts';
export { minutesRoutes } from './routes.ts';
