import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { expect } from 'vitest';
import { InputUnreadableError } from '../../lib/errors.ts';
import { createUrlReader, type UrlReaderOptions } from '../../lib/inputs/url.ts';

/** Address that stands for a public host in these tests. */
export const publicAddress = '127.0.0.1';
/** Address that stands for a host in the service's own network. */
export const privateAddress = '127.0.0.2';

export const notPublic = 'The URL does not lead to a public address.';
export const picture = 'the bytes of a picture';
export const sendPicture: RequestListener = (_request, response) => {
  response.end(picture);
};

/** A server on this machine that stands for a host on the network. */
export interface RemoteHost extends AsyncDisposable {
  readonly port: number;
  /** Requests that it got, in order. */
  readonly requests: readonly { path: string; headers: IncomingHttpHeaders }[];
  /** Counts the connections that were opened to it. */
  readonly connections: () => number;
}

/**
 * Starts a host. It listens on every address of this machine if `address` is null, and on a free port if none
 * is given.
 */
export async function startRemoteHost(
  listener: RequestListener,
  { address = publicAddress, port = 0 }: { address?: string | null; port?: number } = {},
): Promise<RemoteHost> {
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    listener(request, response);
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  return {
    port: await listen(server, address, port),
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Waits until the server listens, and returns its port. */
export async function listen(server: Server, address: string | null, port = 0): Promise<number> {
  server.listen(address === null ? { port } : { port, host: address });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const names: Record<string, string[]> = {
  'pictures.test': [publicAddress],
  'internal.test': [privateAddress],
  'mixed.test': [publicAddress, privateAddress],
  'empty.test': [],
};

/** Resolves a name in place of the domain name system. */
export async function resolve(hostname: string): Promise<string[]> {
  const found = names[hostname];
  if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return found;
}

/**
 * Creates a reader that takes `publicAddress` for public, and the host's port for 80 or 443. Everything else
 * is as in production.
 */
export function readerOf({ port }: { port: number }, options: Partial<UrlReaderOptions> = {}) {
  return createUrlReader({
    maxBytes: 1000,
    resolve,
    isAllowedAddress: (address) => address === publicAddress,
    allowedPorts: [port],
    ...options,
  });
}

export async function expectUnreadable(reading: Promise<unknown>, message: string) {
  await expect(reading).rejects.toThrow(InputUnreadableError);
  await expect(reading).rejects.toThrow(new RegExp(`^${message}$`));
}
