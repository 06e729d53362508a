export { decodeOggOpus, decodeWhole, speechSampleRate, toPcm16 } from './decode.ts';
export { oggDurationMs } from './ogg-packets.ts';
