import { WebSocket } from 'ws';

/**
 * A Socket.IO client as thin as can be (engine.io 4 over a websocket, default namespace, binary calls with one
 * attachment), so that thousands fit into a load generator beside the server they load.
 */
export interface WireSocket {
  /** Resolves with the acknowledgement; rejects when the connection ends first. */
  call(event: string, ...args: unknown[]): Promise<unknown>;
  /** The listener is given the packet as it came; it reads it where it cares what it holds. */
  on(event: string, listener: (packet: string) => void): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

interface Waiting {
  resolve: (reply: unknown) => void;
  reject: (error: Error) => void;
}

export async function connectWire(url: string): Promise<WireSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, (packet: string) => void>();
  let lastId = 0;

  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('The connection ended.'));
      waiting.clear();
      resolve();
    });
  });

  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed the connection.')));
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) onPacket(data.toString(), resolve);
    });
  });

  function onPacket(packet: string, onConnected: () => void): void {
    if (packet === '2') socket.send('3');
    else if (packet.startsWith('0')) socket.send('40');
    else if (packet.startsWith('40')) onConnected();
    else if (packet.startsWith('43')) {
      const bracket = packet.indexOf('[');
      const id = Number(packet.slice(2, bracket));
      const call = waiting.get(id);
      waiting.delete(id);
      call?.resolve((JSON.parse(packet.slice(bracket)) as unknown[])[0]);
    } else if (packet.startsWith('42')) {
      const name = packet.slice(4, packet.indexOf('"', 4));
      listeners.get(name)?.(packet);
    }
  }

  return {
    closed,
    close: () => socket.close(),
    on: (event, listener) => void listeners.set(event, listener),
    call(event, ...args) {
      if (socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('The connection ended.'));
      const id = (lastId += 1);
      const attachment = args.find((arg) => arg instanceof Uint8Array);
      const json = JSON.stringify([
        event,
        ...args.map((arg) => (arg === attachment && attachment ? { _placeholder: true, num: 0 } : arg)),
      ]);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(attachment ? `451-${id}${json}` : `42${id}${json}`);
        if (attachment) socket.send(attachment);
      });
    },
  };
}
