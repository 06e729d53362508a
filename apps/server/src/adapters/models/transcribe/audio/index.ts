export { decodeWhole } from './decode.ts';
export { oggDurationMs } from './ogg-packets.ts';
