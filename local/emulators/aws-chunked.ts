import type { IncomingHttpHeaders } from 'node:http';

/** Returns true if a body is in AWS's chunked encoding. The AWS CLI and streams in the SDKs send it. */
export function isAwsChunked(headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

/**
 * Decodes AWS's chunked encoding, https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html. Each
 * chunk is `<length in hex>[;signature]`, a line break, the bytes, and a line break. The chunk without bytes
 * is the last, and checksums follow it. Signatures and checksums are not verified.
 */
export async function* decodeAwsChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  let length: number | undefined;
  for await (const bytes of body) {
    rest = Buffer.concat([rest, bytes]);
    while (length !== 0) {
      if (length === undefined) {
        const lineEnd = rest.indexOf('\r\n');
        if (lineEnd === -1) break;
        length = Number.parseInt(rest.toString('latin1', 0, lineEnd), 16);
        rest = rest.subarray(lineEnd + 2);
      } else {
        if (rest.length < length + 2) break;
        yield rest.subarray(0, length);
        rest = rest.subarray(length + 2);
        length = undefined;
      }
    }
  }
}
