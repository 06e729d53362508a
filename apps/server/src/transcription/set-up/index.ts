export { findOnMachine } from './find-on-machine.ts';
export { runProgram, type RunProgram } from './run-program.ts';
export { setUpLocalEngine, type SetUpOptions, type SetUpResult } from './set-up-local-engine.ts';
