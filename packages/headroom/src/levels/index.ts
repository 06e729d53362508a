export { forecast, type Forecast } from './forecast.ts';
export { createLevelMachine, defaultLevelOptions, type LevelMachine, type LevelOptions } from './level-machine.ts';
export type { Thresholds } from './scaled-strength.ts';
