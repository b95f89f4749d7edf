import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { plainAddress } from './request-place.ts';

const maxConnections = 1024;
/** Room for a new one while another is closed for it. */
const spareConnections = 64;

/** A connection, and since when it does nothing that anybody waits for; undefined while a request is worked on. */
interface Held {
  readonly address: string;
  idleSince: number | undefined;
}

/**
 * Bounds a server's connections. When there are too many, one of the address that has the most is closed: the one that has been without a
 * request for longest. Whoever opens a thousand and says nothing keeps nobody out.
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
    // From there on it waits for the client alone.
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
