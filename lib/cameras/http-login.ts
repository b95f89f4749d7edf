import { createHash, randomBytes } from 'node:crypto';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Reads user and password out of an address; `undefined` where it tells none. */
export function loginOf({ username, password }: URL): Login | undefined {
  if (username === '' && password === '') return undefined;
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/**
 * Answers a server's challenge, as RFC 7617 (Basic) and RFC 7616 (Digest) say. Most cameras want Digest.
 * @returns the header's value; `undefined` for a challenge of another kind
 */
export function authorization(
  challenge: string,
  { user, password }: Login,
  path: string,
): string | undefined {
  if (/^\s*basic\b/i.test(challenge)) {
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
  if (!/^\s*digest\b/i.test(challenge)) return undefined;
  const field = (name: string) =>
    new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(challenge)?.slice(1).find(Boolean);
  const [realm = '', nonce = '', opaque] = [field('realm'), field('nonce'), field('opaque')];
  const algorithm = field('algorithm') ?? 'MD5';
  const name = { MD5: 'md5', 'SHA-256': 'sha256' }[algorithm.toUpperCase()];
  if (name === undefined) return undefined;
  const hash = (text: string) => createHash(name).update(text).digest('hex');
  const secret = hash(`${user}:${realm}:${password}`);
  const request = hash(`GET:${path}`);
  const clientNonce = randomBytes(8).toString('hex');
  const hasQop = /\bauth\b/.test(field('qop') ?? '');
  const response = hasQop
    ? hash(`${secret}:${nonce}:00000001:${clientNonce}:auth:${request}`)
    : hash(`${secret}:${nonce}:${request}`);
  return [
    `Digest username="${user.replaceAll('"', '\\"')}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${path}"`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(hasQop ? ['qop=auth', 'nc=00000001', `cnonce="${clientNonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ');
}
