import { isAbsolute, resolve } from 'node:path';

/** Address of a camera, by the way in which it is read. */
export type CameraAddress =
  | { readonly kind: 'rtsp' | 'http'; readonly url: URL }
  | { readonly kind: 'device' | 'recording'; readonly path: string }
  | { readonly kind: 'push' };

/** Address of a camera that sends its pictures itself. */
const pushAddress = 'push';

const kinds: Readonly<Record<string, 'rtsp' | 'http'>> = {
  'rtsp:': 'rtsp',
  'rtsps:': 'rtsp',
  'http:': 'http',
  'https:': 'http',
};

export const takenAddresses =
  'an rtsp(s) or http(s) URL, a device such as /dev/video0, the path of a recording, or push';

/**
 * Reads an address.
 * @returns `undefined` for one that is of no known kind
 */
export function parseAddress(text: string): CameraAddress | undefined {
  if (text === pushAddress) return { kind: 'push' };
  if (text === '' || text.includes('\0') || text.includes('\n')) return undefined;
  if (/^\/dev\/video\d+$/.test(text)) return { kind: 'device', path: text };
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    const url = URL.parse(text);
    const kind = url ? kinds[url.protocol] : undefined;
    return url && kind && url.hostname !== '' ? { kind, url } : undefined;
  }
  return { kind: 'recording', path: isAbsolute(text) ? text : resolve(text) };
}

/** Tells where a camera is, without user, password, path and query. */
export function shownAddress(address: CameraAddress): string {
  switch (address.kind) {
    case 'push':
      return 'push';
    case 'device':
      return address.path;
    case 'recording':
      return 'recording';
    default:
      // The origin of an rtsp URL would be null.
      return `${address.url.protocol}//${address.url.host}`;
  }
}

/**
 * Replaces variables such as `${DOOR_PASSWORD}` by their values.
 * @throws Error that names a variable which is not set
 */
export function withVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new Error(`\${${name}} is not set.`);
    return value;
  });
}

/**
 * Makes a function that takes secrets out of a text: the address, its user, password, path and query, as they
 * are and percent-encoded, and every other URL's.
 */
export function redactor(address: CameraAddress): (text: string) => string {
  const secrets = 'url' in address ? secretsOf(address.url) : 'path' in address ? [address.path] : [];
  const longestFirst = secrets
    .filter(({ length }) => length > 1)
    .sort((one, other) => other.length - one.length);
  return (text) => {
    let shown = text;
    for (const secret of longestFirst) shown = shown.replaceAll(secret, '…');
    return shown.replaceAll(/([a-z][a-z\d+.-]*:\/\/)\S+/gi, '$1…');
  };
}

function secretsOf(url: URL): string[] {
  const given = [url.href, url.username, url.password, `${url.pathname}${url.search}`, url.search.slice(1)];
  return given.flatMap((secret) => [secret, decoded(secret)]).filter((secret) => secret !== '/');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
