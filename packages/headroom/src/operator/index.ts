export { adviseFlags, type FlagAdvice, type FlagSituation } from './advise-flags.ts';
export { containerLimitBytes } from './container-limit.ts';
export { diagnose, diagnosisText, type Diagnosis } from './doctor.ts';
export { createDumps, type Dump, type Dumps, type DumpsOptions } from './dumps.ts';
