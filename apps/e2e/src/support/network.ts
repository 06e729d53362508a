import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a browser and the server, on which answers may take their time, and which can be cut. */
export interface Network {
  readonly url: string;
  /** From now on whatever the server says arrives so much later. To be set once: what is on its way keeps its delay. */
  delayAnswers(ms: number): void;
  /** Nothing passes, and nobody is told, as when a cable is pulled: what is sent stays with the sender. */
  cut(): void;
  /** New connections pass; those from before are dead, with what was on its way. */
  mend(): void;
  close(): Promise<void>;
}

export async function createNetwork(toPort: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
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
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      // Equal delays keep their order.
      if (delayMs > 0) setTimeout(() => near.writable && !isCut && near.write(bytes), delayMs);
      else near.write(bytes);
    });
    if (!isCut) near.resume();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const hangUp = () => sockets.forEach((socket) => socket.destroy());

  return {
    url: `http://127.0.0.1:${port}`,
    delayAnswers: (ms) => void (delayMs = ms),
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      isCut = false;
      hangUp();
    },
    async close() {
      hangUp();
      listener.close();
      await once(listener, 'close');
    },
  };
}
