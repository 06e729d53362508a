import { once } from 'node:events';
import { connect } from 'node:net';

/** One kept HTTP/1.1 connection, one request at a time, the answers' bodies unread: as thin as can be, for a load generator. */
export interface HttpConnection {
  request(method: string, path: string, headers: Record<string, string>, body?: Uint8Array): Promise<HttpAnswer>;
  readonly closed: Promise<void>;
  close(): void;
}

interface HttpAnswer {
  status: number;
  /** By lower-case name. */
  headers: Map<string, string>;
}

export async function connectHttp(url: string): Promise<HttpConnection> {
  const { host, hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | null = null;
  let received = '';

  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      waiting?.reject(new Error('The connection ended.'));
      waiting = null;
      resolve();
    });
  });

  socket.on('data', (data) => {
    received += data.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    if (end === -1 || !waiting) return;
    const [first = '', ...lines] = received.slice(0, end).split('\r\n');
    waiting.resolve({ status: Number(first.split(' ')[1]), headers: new Map(lines.map(asHeader)) });
    waiting = null;
  });

  return {
    closed,
    close: () => socket.destroy(),
    request(method, path, headers, body) {
      if (socket.destroyed) return Promise.reject(new Error('The connection ended.'));
      received = '';
      const lines = Object.entries({ host, 'content-length': String(body?.length ?? 0), ...headers });
      socket.cork();
      socket.write(
        `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      );
      if (body) socket.write(body);
      socket.uncork();
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
  };
}

function asHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
