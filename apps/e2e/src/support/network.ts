import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a browser and the server that can be cut: nothing passes, and nobody is told, as when a cable is pulled. */
export interface Network {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function createNetwork(toPort: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let isCut = false;

  const listener = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    const relay = (from: Socket, to: Socket) => from.on('data', (bytes) => !isCut && to.write(bytes));
    relay(near, far);
    relay(far, near);
    if (!isCut) near.resume();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };

  return {
    url: `http://127.0.0.1:${port}`,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      // What was sent into the cut is lost to both ends: their connections are dead, as after a real one.
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
