export type { NewLines } from './append-segments.ts';
export { createExports, type ExportedFile, type ExportMeeting } from './export/index.ts';
export { createRecentLines, type RecentMeetingLines } from './recent-lines.ts';
export { transcriptRoutes } from './routes.ts';
export { createTranscript, type Transcript } from './service.ts';
export { fanOutMeetings, registerTranscriptSocket } from './socket.ts';
