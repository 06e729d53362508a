import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

/* `@tus/server` with its file store, as its documentation puts them together. Run as a program: PORT, DATA_DIR. */

const directory = process.env['DATA_DIR']!;
mkdirSync(directory, { recursive: true });
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) });

const http = createServer((request, response) => {
  if (request.url === '/health') response.end('ok');
  else void tus.handle(request, response);
});
// A recorder's connection lives as long as its recording.
http.keepAliveTimeout = 600_000;
http.listen(Number(process.env['PORT']), '127.0.0.1');
