import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between the page and the server, on which answers take their time, and which can be cut. */
export interface LateWire {
  readonly url: string;
  /** From now on whatever the server says arrives so much later. */
  delayAnswers(ms: number): void;
  /** Nothing passes, and nobody is told. */
  cut(): void;
  /** New connections pass; those from before are dead. */
  mend(): void;
  close(): Promise<void>;
}

export async function createLateWire(toPort: number): Promise<LateWire> {
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
    // Equal delays keep their order.
    far.on('data', (bytes) => setTimeout(() => near.writable && near.write(bytes), delayMs));
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
