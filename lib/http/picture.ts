import type { DeliveredPicture } from '../images/port.ts';
import { type EndpointResponse, response } from './response.ts';

const headers = {
  // No shared cache may keep a picture, and no page of another site may show it.
  'Cache-Control': 'private, no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Seconds for which a client may show a small picture again without asking. */
const keptSeconds = 86_400;
const keptHeaders = {
  ...headers,
  'Cache-Control': `private, max-age=${keptSeconds}, immutable`,
  // Somebody else who uses the same browser may not be allowed to see it.
  Vary: 'Authorization, Origin',
};

/** Answers with the picture itself, or with a redirect to it. */
export function pictureResponse(picture: DeliveredPicture): EndpointResponse {
  if ('url' in picture) return response({ status: 302, headers: { ...headers, Location: picture.url } });
  return response({
    status: 200,
    headers: {
      ...(picture.mayBeKept ? keptHeaders : headers),
      'Content-Type': picture.contentType,
      'Content-Disposition': 'inline',
    },
    body: Buffer.from(picture.bytes).toString('base64'),
    isBase64: true,
  });
}
