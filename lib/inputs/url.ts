import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { InputUnreadableError, ServiceError } from '../errors.ts';
import type { AddressCheck } from './address-check.ts';
import { pinnedConnector } from './pinned-connector.ts';
import { isPublicAddress } from './public-address.ts';
import { pictureTooLarge } from './too-large.ts';

const maxRedirects = 3;
const headersTimeoutMs = 5_000;

export interface UrlReaderOptions {
  /** Largest size of the picture in bytes, after decompression. */
  readonly maxBytes: number;
  /** Time limit for everything together: DNS, redirects and the body. */
  readonly timeoutMs?: number;
  /** Resolves a host name to all its addresses; the system's resolver by default. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  /** Tells if an address may be connected to; only public ones by default. */
  readonly isAllowedAddress?: AddressCheck;
  /** Tells if an address is in one of the operator's networks, which are read from any port. */
  readonly isOwnAddress?: AddressCheck | undefined;
  readonly allowedPorts?: readonly number[];
}

type Policy = Required<Omit<UrlReaderOptions, 'isOwnAddress'>> & Pick<UrlReaderOptions, 'isOwnAddress'>;

const defaults = {
  timeoutMs: 15_000,
  resolve: async (hostname: string) => (await lookup(hostname, { all: true })).map(({ address }) => address),
  isAllowedAddress: isPublicAddress,
  allowedPorts: [80, 443],
};

/** Creates the error for a URL that can't be used, for a reason that the client may know. */
function refused(message: string): InputUnreadableError {
  return new InputUnreadableError(message);
}

/**
 * Makes a reader of pictures at http(s) URLs that is safe against server-side request forgery (SSRF). It
 * connects only to public addresses on ports 80 and 443, and to those that the operator allowed. Names,
 * redirects and changing DNS answers make no difference. It uses no cookies, credentials or proxies.
 *
 * The reader throws `InputTooLargeError` when the picture has more than `maxBytes`. It throws
 * `InputUnreadableError` for everything else: a refused URL, an unreachable host, an answer other than 2xx,
 * or a timeout. Its messages contain no addresses or answers.
 */
export function createUrlReader(options: UrlReaderOptions): (url: string) => Promise<Uint8Array> {
  const policy: Policy = { ...defaults, ...options };
  return async (url) => {
    const signal = AbortSignal.timeout(policy.timeoutMs);
    try {
      return await Promise.race([follow(url, policy, signal), rejectOnAbort(signal)]);
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      const message = signal.aborted
        ? `The URL did not give its picture within ${policy.timeoutMs / 1000} seconds.`
        : 'The URL could not be read.';
      throw new InputUnreadableError(message, { cause });
    }
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function follow(text: string, policy: Policy, signal: AbortSignal): Promise<Uint8Array> {
  let url = checkUrl(text);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const answer = await visit(url, policy, signal);
    if (!(answer instanceof URL)) return answer;
    url = answer;
  }
  throw refused(`The URL redirects more than ${maxRedirects} times.`);
}

function checkUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw refused('The URL is not a valid one.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused('Only http and https URLs are read.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('URLs with a user name or a password are not read.');
  }
  return url;
}

/** Sends one request. Returns the picture, or the URL that it redirects to. */
async function visit(url: URL, policy: Policy, signal: AbortSignal): Promise<Uint8Array | URL> {
  const isAllowed = addressesFor(url, policy);
  const addresses = await allowedAddresses(url, isAllowed, policy);
  signal.throwIfAborted();
  // Each request has a client of its own, so that a connection checked for one URL never serves another.
  // Closing the client drops whatever was not read.
  const client = new Client(url.origin, {
    connect: connectorTo(addresses, isAllowed, policy),
    headersTimeout: headersTimeoutMs,
  });
  const close = () => client.destroy();
  signal.addEventListener('abort', close);
  try {
    const response = await client.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: {
        accept: 'image/jpeg, image/png, image/webp, image/gif',
        'accept-encoding': 'identity',
        'user-agent': 'face-blacklist',
      },
    });
    const location = redirectOf(response);
    if (location !== undefined) return checkUrl(location, url);
    if (Math.floor(response.statusCode / 100) !== 2) throw refused('The URL did not answer with a picture.');
    return await readBody(response, policy.maxBytes);
  } finally {
    signal.removeEventListener('abort', close);
    await close();
  }
}

/**
 * Returns the check of the addresses that a URL may lead to. A port other than the usual ones is read within
 * the operator's own networks alone: on a public host it may be a service of any kind.
 * @throws InputUnreadableError for a port that is never read
 */
function addressesFor({ port: written, protocol }: URL, policy: Policy): AddressCheck {
  const { isAllowedAddress, isOwnAddress, allowedPorts } = policy;
  const port = written === '' ? (protocol === 'https:' ? 443 : 80) : Number(written);
  if (allowedPorts.includes(port)) {
    return (address) => isAllowedAddress(address) || isOwnAddress?.(address) === true;
  }
  if (isOwnAddress === undefined) {
    throw refused(`URLs are read from the ports ${allowedPorts.join(' and ')} only.`);
  }
  return isOwnAddress;
}

/** Makes the error for an address that is not read. An unknown name gets it too, so nobody finds one out. */
function refusedAddress({ isOwnAddress, allowedPorts }: Policy): InputUnreadableError {
  return refused(
    isOwnAddress === undefined
      ? 'The URL does not lead to a public address.'
      : `The URL leads neither into URL_NETWORKS nor to port ${allowedPorts.join(' or ')} of a public address.`,
  );
}

/** Resolves the URL's host. Every address must be allowed, because the connection may use any of them. */
async function allowedAddresses(
  { hostname }: URL,
  isAllowed: AddressCheck,
  policy: Policy,
): Promise<readonly string[]> {
  // `URL` has already turned each spelling of an IPv4 address (octal, hexadecimal, short) into the usual one.
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await policy.resolve(host).catch(() => []) : [host];
  if (addresses.length === 0 || !addresses.every((address) => isAllowed(address))) {
    throw refusedAddress(policy);
  }
  return addresses;
}

function connectorTo(
  addresses: readonly string[],
  isAllowed: AddressCheck,
  policy: Policy,
): buildConnector.connector {
  const candidates = addresses.map((address) => ({ address, family: isIP(address) }));
  return pinnedConnector(candidates, isAllowed, () => refusedAddress(policy), policy.timeoutMs);
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const location = [headers.location].flat()[0];
  return location === undefined ? undefined : escapeBytes(location);
}

/**
 * Percent-encodes a header's bytes that are not ASCII, as browsers do. undici reads each byte as a character.
 */
function escapeBytes(value: string): string {
  const isAsItCame = [...value].every((character) => character <= '\xff');
  const bytes = Buffer.from(value, isAsItCame ? 'latin1' : 'utf8');
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
}

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

/** Inflates zlib's format (RFC 1950), as HTTP requires, or bare deflate (RFC 1951), which some hosts send. */
const inflateEither: Decompress = (bytes, options) => {
  const [first = 0, second = 0] = bytes;
  const hasHead = (first & 15) === 8 && (256 * first + second) % 31 === 0;
  return (hasHead ? promisify(inflate) : promisify(inflateRaw))(bytes, options);
};

/** Decompresses gzip. It takes bytes after the end for a further part, or ignores them if they are none. */
const gunzipLenient: Decompress = async (bytes, options) => {
  try {
    return await promisify(gunzip)(bytes, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_DATA_ERROR' || bytes[0] !== 0x1f) throw error;
    return promisify(inflateRaw)(bytes.subarray(gzipHeadBytes(bytes)), options);
  }
};

/** Returns the length of a gzip file's head, RFC 1952, section 2.3. */
function gzipHeadBytes(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  if (flags & 8) at = bytes.indexOf(0, at) + 1;
  if (flags & 16) at = bytes.indexOf(0, at) + 1;
  return flags & 2 ? at + 2 : at;
}

const decompressors = new Map<string, Decompress>([
  ['gzip', gunzipLenient],
  ['x-gzip', gunzipLenient],
  ['deflate', inflateEither],
  ['x-deflate', inflateEither],
  ['br', promisify(brotliDecompress)],
]);

/** Codings of https://www.iana.org/assignments/http-parameters that are not read. */
const unreadCodings = ['compress', 'dcb', 'dcz', 'exi', 'pack200-gzip', 'x-compress', 'zstd'];

/** Limit on the codings of one answer: a proxy may compress what a host stores compressed. */
const maxCodings = 2;
const unreadCoding = 'The URL answered in an encoding that is not read.';

async function readBody({ headers, body }: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  if (Number(headers['content-length']) > maxBytes) throw pictureTooLarge(maxBytes);
  const received = await buffer(upTo(maxBytes, body));
  const codings = codingsOf(headers['content-encoding']);
  // Some hosts name a coding that they did not apply: a picture that is there needs no decoding.
  if (codings.length === 0 || isPicture(received)) return received;
  if (codings.length > maxCodings) throw refused(unreadCoding);
  try {
    // The request asked for no compression, but some hosts store their files compressed.
    let bytes: Uint8Array = received;
    for (const coding of codings.toReversed()) {
      const decompress = decompressors.get(coding);
      if (decompress === undefined) throw refused(unreadCoding);
      bytes = await decompress(bytes, { maxOutputLength: maxBytes });
    }
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw pictureTooLarge(maxBytes);
    throw error;
  }
}

/** Recognizes the formats of pictures that are taken, by their first bytes. */
function isPicture(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  return ['\xff\xd8\xff', '\x89PNG', 'RIFF', 'GIF8'].some((signature) => start.startsWith(signature));
}

/**
 * Returns the content codings of an answer. Some hosts send values that are no codings, such as `identity`,
 * `utf-8`, `binary` or `aws-chunked`. These are ignored.
 */
function codingsOf(header: string | string[] | undefined): string[] {
  const names = [header ?? []].flat().flatMap((value) => value.toLowerCase().split(','));
  return names
    .map((name) => (name.split(';', 1)[0] ?? '').trim())
    .filter((name) => decompressors.has(name) || unreadCodings.includes(name));
}

async function* upTo(maxBytes: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw pictureTooLarge(maxBytes);
    yield chunk;
  }
}
