import { mkdirSync } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { referenceFolders } from '../reference-design.ts';

/*
 * The reference design: Socket.IO as it comes, each chunk of 15 s one message and one file, a wait, a look at the file, a
 * queue in memory, three workers. Run as a program: PORT, DATA_DIR.
 */

/** Long enough, it is hoped, for the file to be written. */
const settleMs = 100;
const workers = 3;
const workMs = 1500;
const text = 'We should ship the new recorder on Friday if nobody finds another fault in it. '.repeat(3).trim();

interface Chunk {
  meeting: string;
  name: string;
}

const { incoming, done } = referenceFolders(process.env['DATA_DIR']!);
for (const folder of [incoming, done]) mkdirSync(folder, { recursive: true });
const queue: Chunk[] = [];
const idle: (() => void)[] = [];

const http = createServer((_request, response) => response.end(JSON.stringify({ queued: queue.length })));
const io = new Server(http, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('join', (meeting: string, ack: (reply: object) => void) => {
    void socket.join(meeting);
    ack({});
  });
  socket.on('chunk', (chunk: Chunk, bytes: Buffer, ack: (reply: { stored: number }) => void) => {
    void store(chunk, bytes).then((stored) => ack({ stored }));
  });
});

async function store(chunk: Chunk, bytes: Buffer): Promise<number> {
  const file = join(incoming, chunk.name);
  await writeFile(file, bytes);
  await sleep(settleMs);
  const { size } = await stat(file);
  queue.push(chunk);
  idle.shift()?.();
  return size;
}

async function work(): Promise<never> {
  for (;;) {
    const chunk = queue.shift();
    if (!chunk) {
      await new Promise<void>((resolve) => idle.push(resolve));
      continue;
    }
    await sleep(workMs);
    io.to(chunk.meeting).emit('transcript', { text });
    await rename(join(incoming, chunk.name), join(done, chunk.name));
  }
}

for (let worker = 0; worker < workers; worker += 1) void work();
http.listen(Number(process.env['PORT']), '127.0.0.1');
