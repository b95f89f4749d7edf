import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as it is sent. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Makes the headers that let a request in. */
export type Signer = (request: OutgoingRequest) => Promise<Record<string, string>>;

/** SHA-256 as the signer of AWS wants it, with a key or without. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      key === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof key === 'string' ? key : bytesOf(key));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Finds the region in an API's own host name, such as `a1b2.execute-api.eu-west-1.amazonaws.com`. */
export function regionOf({ hostname }: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$/.exec(hostname)?.[1] ?? process.env.AWS_REGION;
}

/**
 * Makes a signer with the credentials that the AWS SDK finds.
 * @returns undefined if it finds none
 */
export async function awsSigner(region: string): Promise<Signer | undefined> {
  const credentials = defaultProvider();
  if ((await credentials().catch(() => undefined)) === undefined) return undefined;
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async ({ method, url, headers, body }) => {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body && { body }),
    });
    const { host: _, ...others } = signed.headers;
    return others;
  };
}
