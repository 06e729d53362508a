export { openJournal } from './journal/index.ts';
export { captureRoutes } from './routes.ts';
export { createCapture, type Capture } from './service.ts';
export { registerCaptureSocket } from './socket.ts';
export { toOgg } from './to-ogg.ts';
