import { isIP } from 'node:net';
import * as z from 'zod';
import { list } from './setting-values.ts';

/** Settings about the way from clients to the service: host names, proxies and the public address. */

/** Address at which clients reach the service. */
export interface PublicUrl {
  /** Origin of the URL, such as `https://faces.example`. */
  readonly origin: string;
  /** Path before the API's own, such as `/faces`; empty when there is none. */
  readonly prefix: string;
}

const maxHostLength = 253;

/**
 * Returns true for a host as in the `Host` header, with or without a port: a name, an IPv4 address, or an
 * IPv6 address in brackets.
 */
export function isHost(text: string): boolean {
  if (text.length > maxHostLength + ':65535'.length) return false;
  const [, name, port] = /^(\[[\da-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (name === undefined || Number(port ?? 0) > 65_535) return false;
  return name.startsWith('[') ? isIP(name.slice(1, -1)) === 6 : isHostName(name);
}

/** Checks a host name. Underscores are allowed because the names of containers and services have them. */
function isHostName(name: string): boolean {
  return name.length <= maxHostLength && /^[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_-]+)*\.?$/i.test(name);
}

const maxPrefixLength = 256;

/** Returns true for a path such as `/faces` or `/a/b` without a slash at its end, and for an empty text. */
export function isPathPrefix(text: string): boolean {
  if (text.length > maxPrefixLength) return false;
  return text === '' || (/^(\/[\w~!$&'()*+,;=:@%.-]+)+$/.test(text) && !/\/\.{1,2}(\/|$)/.test(text));
}

const lowerCaseList = list.transform((items) => items.map((item) => item.toLowerCase()));

/** Host names in lower case. */
export const allowedHosts = lowerCaseList
  .transform((items) => items.map((item) => (isIP(item) === 6 ? `[${item}]` : item)))
  .refine(
    (items) => items.every(isHost),
    'the host names that clients use, such as faces.example, separated by commas, with a port where only that one counts',
  );

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const everyAddress = ['0.0.0.0/0', '::/0'];

/** Networks in CIDR notation, or single addresses. */
export const trustedProxies = lowerCaseList
  .transform((items) => {
    const [only, ...others] = items;
    if (others.length > 0) return items;
    return only === 'true' ? everyAddress : only === 'false' ? [] : items;
  })
  .refine(
    (items) => items.every(isNetwork),
    'true, false, or the addresses of proxies, such as 127.0.0.1 or 10.0.0.0/8, separated by commas',
  );

/** Makes a list of networks in CIDR notation, or of single addresses. */
const networksOf = (whom: string) =>
  lowerCaseList.refine(
    (items) => items.every(isNetwork),
    `the networks or addresses of ${whom}, such as 192.168.10.0/24, separated by commas`,
  );

export const cameraNetworks = networksOf('cameras');
/** Networks of which pictures are read besides public addresses. */
export const urlNetworks = networksOf('cameras or servers whose pictures are read');

const takesPublicUrl =
  'the http(s) URL at which clients reach the service, such as https://faces.example/faces, without a query';

export const publicUrl = z
  .string()
  .refine((text) => parsePublicUrl(text) !== undefined, takesPublicUrl)
  .transform((text) => parsePublicUrl(text) as PublicUrl);

function parsePublicUrl(text: string): PublicUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#]/.test(text)) return undefined;
  const prefix = url.pathname.replace(/\/$/, '');
  if (url.username !== '' || url.password !== '' || !isHost(url.host) || !isPathPrefix(prefix))
    return undefined;
  return { origin: url.origin, prefix };
}
