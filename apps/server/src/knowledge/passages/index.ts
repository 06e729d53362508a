export { choosePassages } from './choose.ts';
export { createPassageCutter, type PassageCutter, type TextSink } from './cutter.ts';
export { passageLimits } from './limits.ts';
