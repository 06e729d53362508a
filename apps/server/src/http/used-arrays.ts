/* oxlint-disable no-underscore-dangle -- the names are those of `ws` */
import type { Server } from 'socket.io';

/** What `ws` collects a message's parts in; not in its types. */
interface Receiver {
  _fragments: unknown[];
  dataMessage(done: () => void): void;
}

interface Transport {
  socket?: { _receiver?: Receiver };
}

/**
 * Empties the arrays in which Engine.IO and `ws` keep a connection's next message, once they have put another in their place.
 *
 * Such an array is made with one message and filled with the next. With a message a second it is in the old generation by then, and
 * thrown away it is garbage that only a collection of the whole heap finds: until then it keeps the message that it holds, with
 * the bytes that came from the network, from the cheap collections. 2000 recorders had the whole heap collected each second for it.
 */
export function emptyUsedArrays(io: Server): void {
  // Both are told of in the turn in which a connection's packets are given to its transport, which keeps none.
  let packets: unknown[] = [];
  io.engine.on('flush', (_: unknown, buffer: unknown[]) => void (packets = buffer));
  io.engine.on('drain', () => void (packets.length = 0));
  io.engine.once('connection', ({ transport }: { transport: Transport }) => {
    const receiver = transport.socket?._receiver;
    if (receiver) emptyFragments(Object.getPrototypeOf(receiver) as Receiver);
  });
}

const changed = new WeakSet<Receiver>();

/** Of all connections: `ws` tells nobody when a message is whole but by the message. */
function emptyFragments(prototype: Receiver): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { dataMessage } = prototype;
  prototype.dataMessage = function (done) {
    const fragments = this._fragments;
    dataMessage.call(this, done);
    // It is still the same where more parts are to come. A message of one part is that part, of
    // several a copy; only with the binary type `fragments`, which Engine.IO does not ask for, it would be the array.
    if (this._fragments !== fragments) fragments.length = 0;
  };
}
