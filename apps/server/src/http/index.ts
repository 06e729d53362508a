export { createHttpServer } from './server.ts';
export { createSocketServer, transportOf, type ClientSocket, type SocketServer } from './sockets.ts';
