export { findOnMachine } from './find-on-machine.ts';
export { runProgram, type RunProgram } from './run-program.ts';
export { setUpInBackground } from './set-up-in-background.ts';
