export { errorResponses } from './error-responses.ts';
export { meetingLimits } from './limits.ts';
export { meetingRoutes } from './routes.ts';
export { createMeetings, type Meetings, type MeetingsOptions } from './service.ts';
export type { LiveTrackStatus } from './to-wire.ts';
