import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The wire between a node and whoever calls it, which a test can let fail. */
export interface Relay {
  /** Where callers connect to. */
  readonly port: number;
  readonly isShut: boolean;
  /** Holds back everything that is said, both ways; or lets it through again. */
  silence(isSilent: boolean): void;
  /** Breaks every connection. */
  drop(): void;
  /** Takes no more connections and breaks those that there are. */
  shut(): Promise<void>;
  /** Takes connections again, on the same port or on this one; 0 takes any. */
  open(port?: number): Promise<void>;
}

/** Opens a relay to a port on loopback. */
export async function openRelay(inner: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let silent = false;
  let port = 0;
  let server: Server | undefined;
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    if (silent) socket.pause();
  };
  const join = (outer: Socket): void => {
    const other = connect(inner, '127.0.0.1');
    outer.pipe(other).pipe(outer);
    outer.on('close', () => other.destroy());
    other.on('close', () => outer.destroy());
    for (const socket of [outer, other]) hold(socket);
  };
  const relay = {
    get port() {
      return port;
    },
    get isShut() {
      return server === undefined;
    },
    silence(isSilent: boolean) {
      silent = isSilent;
      for (const socket of sockets) {
        if (silent) socket.pause();
        else socket.resume();
      }
    },
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    async shut() {
      const closed = server && once(server, 'close');
      server?.close();
      relay.drop();
      await closed;
      server = undefined;
    },
    async open(wanted = port) {
      server = createServer(join).listen(wanted, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
  };
  await relay.open();
  return relay;
}
