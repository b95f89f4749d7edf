import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { plainAddress } from './request-place.ts';

const maxConnections = 1024;
/** Connections above the limit, so that a new one is accepted while an old one closes. */
const spareConnections = 64;

/**
 * An open connection. `idleSince` is the time since when it waits for its client; undefined while a request
 * is being answered.
 */
interface Held {
  readonly address: string;
  idleSince: number | undefined;
}

/**
 * Limits a server's connections. If there are too many, it closes one of the address that has the most: the
 * one that has been idle for longest. So a client that opens a thousand connections and sends nothing keeps
 * nobody out.
 */
export function boundConnections(server: Server, limit = maxConnections): void {
  server.maxConnections = limit + spareConnections;
  const held = new Map<Socket, Held>();
  server.on('connection', (socket: Socket) => {
    held.set(socket, { address: plainAddress(socket.remoteAddress ?? ''), idleSince: performance.now() });
    socket.once('close', () => held.delete(socket));
    if (held.size > limit) victim(held)?.destroy();
  });
  const work = ({ socket }: IncomingMessage, response: ServerResponse) => {
    const state = held.get(socket);
    if (state === undefined) return;
    state.idleSince = undefined;
    // From here on the connection only waits for its client.
    response.once('prefinish', () => {
      state.idleSince = performance.now();
    });
  };
  server.prependListener('request', work);
  server.prependListener('checkContinue', work);
}

function victim(held: ReadonlyMap<Socket, Held>): Socket | undefined {
  const idle = [...held].filter(([, { idleSince }]) => idleSince !== undefined);
  const counts = Map.groupBy(held.values(), ({ address }) => address);
  const count = ({ address }: Held) => counts.get(address)?.length ?? 0;
  const [first] = idle.sort(
    ([, one], [, other]) => count(other) - count(one) || (one.idleSince ?? 0) - (other.idleSince ?? 0),
  );
  return first?.[0];
}
