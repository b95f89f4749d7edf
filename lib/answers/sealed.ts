import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Secrets that are derived from a caller's key. The store sees none but the id. */
export interface RequestSecrets {
  /** Id under which the answer is kept. */
  readonly id: string;
  /** Seed of the ids of what the request makes, which are the same if it is worked on again. */
  readonly seed: Uint8Array;
  /** Key that seals the answer. */
  readonly sealKey: Uint8Array;
}

/**
 * Derives a request's secrets from the caller's name and key. Another caller with the same key gets others.
 */
export function secretsOf(caller: string, key: string): RequestSecrets {
  const material = createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest();
  const derive = (use: string) =>
    new Uint8Array(hkdfSync('sha256', material, '', `face-blacklist ${use}`, 32));
  return { id: Buffer.from(derive('id')).toString('hex'), seed: derive('seed'), sealKey: derive('answer') };
}

/** Encrypts an answer, so that nobody can read it who does not send the key again. */
export async function seal(sealKey: Uint8Array, text: string): Promise<Uint8Array> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, sealKey, nonce);
  const sealed = [cipher.update(await compress(text)), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
}

/** Decrypts an answer from `seal`. */
export async function unseal(sealKey: Uint8Array, sealed: Uint8Array): Promise<string> {
  const decipher = createDecipheriv(algorithm, sealKey, sealed.subarray(0, nonceBytes));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const body = decipher.update(sealed.subarray(nonceBytes + tagBytes));
  return (await expand(Buffer.concat([body, decipher.final()]))).toString();
}
