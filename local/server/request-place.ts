import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { InputUnreadableError } from '../../lib/errors.ts';
import { isHost, type PublicUrl } from '../../lib/network-settings.ts';
import { readForwarded } from './forwarded.ts';

/** A request's address as its client sees it. */
export interface RequestPlace {
  readonly scheme: 'http' | 'https';
  /** Host, with its port if that is not the scheme's default. */
  readonly host: string;
  /** Every host that the request names; a client of HTTP/1.0 may name none. */
  readonly namedHosts: readonly string[];
  /** Origins that pages of this service have for this client. */
  readonly ownOrigins: readonly string[];
  /** Path in front of the API's own, such as `/faces`; empty if there is none. */
  readonly prefix: string;
  /** Path as it was sent. */
  readonly path: string;
  /** Query as it was sent, without its question mark. */
  readonly query: string;
  /** Address of the client, as trusted proxies report it if there are any. */
  readonly clientAddress: string;
}

/** The settings that the address depends on. */
export interface PlaceOptions {
  readonly trustedProxies?: readonly string[];
  readonly publicUrl?: PublicUrl | undefined;
}

/**
 * Makes a function that reads a request's address. `PUBLIC_URL` counts first, then the headers of a trusted
 * proxy, and then the request itself.
 *
 * The function throws InputUnreadableError if the request has several hosts, or a malformed one.
 */
export function placeReader({
  trustedProxies = [],
  publicUrl,
}: PlaceOptions): (request: IncomingMessage) => RequestPlace {
  const isTrusted = networkCheck(trustedProxies);
  return (request) => {
    const target = readTarget(request);
    const peer = plainAddress(request.socket?.remoteAddress ?? '');
    const proxy = isTrusted(peer) ? readProxy(request, peer, isTrusted) : undefined;
    const namedHosts = [
      ...(target.host === undefined ? [] : [target.host]),
      ...(proxy?.host ? [proxy.host] : []),
    ];
    const scheme = proxy?.scheme ?? 'http';
    const host = namedHosts.at(-1) ?? localHost(request);
    const own = URL.parse(`${scheme}://${host}`)?.origin;
    return {
      ...(publicUrl ? partsOf(publicUrl) : { scheme, host }),
      namedHosts,
      ownOrigins: [...(publicUrl ? [publicUrl.origin] : []), ...(own === undefined ? [] : [own])],
      prefix: publicUrl?.prefix ?? proxy?.prefix ?? '',
      path: target.path,
      query: target.query,
      clientAddress: proxy?.clientAddress ?? peer,
    };
  };
}

function partsOf({ origin }: PublicUrl): { scheme: 'http' | 'https'; host: string } {
  const { protocol, host } = new URL(origin);
  return { scheme: protocol === 'https:' ? 'https' : 'http', host };
}

/**
 * Reads path, query and host from the request itself. A target that is a whole URL names the host (RFC 9112,
 * 3.2.2).
 */
function readTarget(request: IncomingMessage): { path: string; query: string; host: string | undefined } {
  const names = request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (names.length > 1) throw new InputUnreadableError('A request has one Host header.');
  const target = request.url ?? '';
  const [, authority, rest = target] = /^https?:\/\/([^/?]*)(.*)$/is.exec(target) ?? [];
  // HTTP/1.0 has no host, and load balancers' checks send an empty one.
  const host = (authority ?? request.headers.host) || undefined;
  if (host !== undefined && !isHost(host)) {
    throw new InputUnreadableError('The Host header is a name or an address, with or without a port.');
  }
  const at = rest.indexOf('?');
  const path = at === -1 ? rest : rest.slice(0, at);
  return { path: path === '' ? '/' : path, query: at === -1 ? '' : rest.slice(at + 1), host };
}

function readProxy(request: IncomingMessage, peer: string, isTrusted: (address: string) => boolean) {
  const said = readForwarded(request.headers);
  const chain = [peer, ...said.addresses.map(plainAddress).reverse()];
  const firstForeign = chain.findIndex((address) => !isTrusted(address));
  const client = firstForeign === -1 ? chain.length - 1 : firstForeign;
  // Each trusted proxy has added one value at the end. Those before them are the client's own claims.
  const added = (values: readonly string[]) => values.at(-Math.min(Math.max(client, 1), values.length));
  const address = chain[client] ?? '';
  return {
    clientAddress: isIP(address) === 0 ? peer : address,
    scheme: added(said.schemes) as 'http' | 'https' | undefined,
    host: added(said.hosts),
    prefix: added(said.prefixes),
  };
}

/** Gives an address without port and brackets. An IPv4 address that is mapped to IPv6 becomes IPv4. */
export function plainAddress(text: string): string {
  const bare = /^\[([^\]]*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

function networkCheck(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Gives the address at which the request arrived, for a client that names no host. */
function localHost({ socket }: IncomingMessage): string {
  const address = plainAddress(socket?.localAddress ?? '127.0.0.1');
  const port = socket?.localPort;
  return `${isIP(address) === 6 ? `[${address}]` : address}${port === undefined ? '' : `:${port}`}`;
}
