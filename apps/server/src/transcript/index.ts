export type { NewLines } from './append-segments.ts';
export { createTranscript, type Transcript } from './service.ts';
export { fanOutMeetings, registerTranscriptSocket } from './socket.ts';
