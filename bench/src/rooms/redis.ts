import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { piecesOf } from './fixture.ts';
import type { RealPassage } from './real-passages.ts';

/**
 * The reference design in a Redis of its own: a hash for each passage with its text and place, and the vector as 64-bit
 * floats. Gives the bytes that Redis says it uses, and what is resident, of all passages together.
 */
export async function measureRedis(passages: readonly RealPassage[], rooms: number, perRoom: number) {
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', flags, { stdio: 'ignore' });
  const ended = once(server, 'close');
  try {
    const socket = await connected(port);
    const before = await memory(socket);
    for (let room = 0; room < rooms; room += 1) {
      for (const [index, { page, start, end, text, vector }] of piecesOf(passages, room, perRoom).entries()) {
        const place = ['page', String(page), 'start', String(start), 'end', String(end)];
        const command = ['HSET', `room:${room}:passage:${index}`, 'source', `document-${room}`, ...place, 'text', text];
        const isFull = !socket.write(encoded([...command, 'embedding', Buffer.from(Float64Array.from(vector).buffer)]));
        if (isFull) await once(socket, 'drain');
      }
    }
    const after = await memory(socket);
    if (after.keys !== rooms * perRoom) throw new Error(`Redis holds ${after.keys} of ${rooms * perRoom} passages`);
    socket.destroy();
    return { usedBytes: after.used - before.used, residentBytes: after.resident - before.resident };
  } finally {
    server.kill();
    await ended;
  }
}

function encoded(parts: readonly (string | Buffer)[]): Buffer {
  const bytes = parts.flatMap((part) => {
    const content = Buffer.from(part as string);
    return [Buffer.from(`$${content.length}\r\n`), content, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...bytes]);
}

/** What `INFO` says once all that was sent before is done. */
async function memory(socket: Socket): Promise<{ used: number; resident: number; keys: number }> {
  let answer = '';
  const done = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (/db0:keys=\d+|# Keyspace\r\n\r\n/.test(answer) && answer.includes('used_memory_rss:')) resolve();
    });
  });
  socket.write(encoded(['INFO', 'memory', 'keyspace']));
  await done;
  socket.removeAllListeners('data');
  const field = (pattern: RegExp) => Number(pattern.exec(answer)?.[1] ?? 0);
  return {
    used: field(/used_memory:(\d+)/),
    resident: field(/used_memory_rss:(\d+)/),
    keys: field(/db0:keys=(\d+)/),
  };
}

async function connected(port: number): Promise<Socket> {
  for (let tried = 0; ; tried += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (tried >= 100) throw error;
      await sleep(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
