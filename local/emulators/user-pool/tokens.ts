import { generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto';

/** Tokens as a user pool makes them: JSON that is signed with RS256. */

export type Claims = Readonly<Record<string, unknown>>;

/** The keys with which anybody can check a pool's tokens. */
export interface KeySet {
  readonly keys: readonly JsonWebKey[];
}

const algorithm = 'RSA-SHA256';

/** A key of a pool's own, and what it signs. */
export class TokenSigner {
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

  get keySet(): KeySet {
    return { keys: [{ ...this.#pair.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] };
  }

  sign(claims: Claims): string {
    const signed = `${encoded({ alg: 'RS256' })}.${encoded(claims)}`;
    return `${signed}.${sign(algorithm, Buffer.from(signed), this.#pair.privateKey).toString('base64url')}`;
  }
}

/** Reads a token that one of the keys has signed, and that has not ended; undefined for any other. */
export function readToken(token: string, { keys }: KeySet): Claims | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  const [head, body, signature] = token.split('.') as [string, string, string];
  const [signed, bytes] = [Buffer.from(`${head}.${body}`), Buffer.from(signature, 'base64url')];
  if (!keys.some((key) => verify(algorithm, signed, { key, format: 'jwk' }, bytes))) return undefined;
  const claims: Claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  return Number(claims.exp) * 1000 > Date.now() ? claims : undefined;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
