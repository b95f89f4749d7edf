import { createHash } from 'node:crypto';
import { isRole, type Role, roles } from '../contract/role.ts';
import type { Actor } from './actor.ts';

/** A token as it is kept: nobody can read it back. */
export interface KnownToken {
  readonly actor: Actor;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
}

export interface TokenFile {
  readonly tokens: readonly KnownToken[];
  /** A message for each line that is not understood; none repeats what stands there. */
  readonly faults: readonly string[];
}

/** Names that actors have who need no token. */
const reservedNames = /^(local|anonymous|unknown|sweep|inbox|enroll|reindex|audit|camera|token-\d+|key-.*)$/i;
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Returns the reason why a token can't have a name; `undefined` where it can. */
export function nameFault(name: string): string | undefined {
  if (!nameForm.test(name)) {
    return 'a name has 1 to 64 letters, digits, ".", "_" and "-", and begins with a letter or a digit';
  }
  return reservedNames.test(name) ? `the name ${name} is the service's own` : undefined;
}

export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Gives the tokens of `API_TOKENS` their names: `token-1`, `token-2`, …; each is an administrator's. */
export function plainTokens(tokens: readonly string[]): KnownToken[] {
  return tokens.map((token, index) => ({
    actor: { name: `token-${index + 1}`, role: 'admin' },
    digest: tokenDigest(token),
  }));
}

/**
 * Reads a file of tokens. A line has a name, a role and the token's SHA-256 in hexadecimal digits. Text
 * after a `#` is a comment.
 */
export function parseTokenFile(text: string): TokenFile {
  const tokens: KnownToken[] = [];
  const faults: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const words = line.replace(/(^|\s)#.*$/, '').trim();
    if (words === '') continue;
    const token = parseLine(words.split(/\s+/), tokens);
    if (typeof token === 'string') faults.push(`line ${index + 1}: ${token}`);
    else tokens.push(token);
  }
  return { tokens, faults };
}

/** Returns the token of a line, or its fault. */
function parseLine(words: readonly string[], before: readonly KnownToken[]): KnownToken | string {
  const [name = '', role, hash = '', ...more] = words;
  if (role === undefined || hash === '' || more.length > 0) {
    return 'it takes a name, a role and the SHA-256 of a token, such as `npm run token -- add NAME ROLE` writes';
  }
  const fault = nameFault(name);
  if (fault !== undefined) return fault;
  if (!isRole(role)) return `the role is one of ${roles.join(', ')}`;
  if (!/^[0-9a-f]{64}$/i.test(hash)) {
    return 'the SHA-256 has 64 hexadecimal digits; the token itself must not stand here';
  }
  const digest = Buffer.from(hash, 'hex');
  // Whoever is told apart by names must have one of their own.
  if (before.some(({ actor }) => actor.name.toLowerCase() === name.toLowerCase())) {
    return `another token has the name ${name}`;
  }
  if (before.some((other) => other.digest.equals(digest))) return 'another name has the same token';
  return { actor: { name, role }, digest };
}

/** Writes a token's line. */
export function tokenLine(name: string, role: Role, token: string): string {
  return `${name} ${role} ${tokenDigest(token).toString('hex')}`;
}
