import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';
import type { APIGatewayProxyResult } from 'aws-lambda';

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

/** Shorter answers fit into one packet anyway. */
const smallestBytes = 1_000;
/** Media types that get smaller. Pictures are compressed already. */
const compressible = /^(application\/(json|javascript)|text\/|image\/svg\+xml)/;
/** A quality of brotli that takes a few milliseconds for a long list. */
const brotliQuality = 4;

/** Compresses an answer if its client takes that, as API Gateway does in AWS. */
export async function compressed(
  request: IncomingMessage,
  result: APIGatewayProxyResult,
): Promise<APIGatewayProxyResult> {
  const type = String(result.headers?.['Content-Type'] ?? '');
  if (!compressible.test(type) || result.headers?.['Content-Encoding'] !== undefined) return result;
  const bytes = Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8');
  const vary = [result.headers?.Vary, 'Accept-Encoding'].filter(Boolean).join(', ');
  const headers = { ...result.headers, Vary: vary };
  const encoding = bytes.length < smallestBytes ? undefined : encodingFor(request);
  if (encoding === undefined) return { ...result, headers };
  const smaller =
    encoding === 'br'
      ? await compressBrotli(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: brotliQuality } })
      : await compressGzip(bytes);
  return {
    ...result,
    headers: { ...headers, 'Content-Encoding': encoding },
    body: smaller.toString('base64'),
    isBase64Encoded: true,
  };
}

/** Returns the better encoding that the client takes. A quality of zero refuses one. */
function encodingFor({ headers }: IncomingMessage): 'br' | 'gzip' | undefined {
  const accepted = String(headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  return (['br', 'gzip'] as const).find((encoding) => accepted.includes(encoding));
}
