import type { DeliveredPicture } from '../images/port.ts';
import { type EndpointResponse, response } from './endpoint.ts';

const headers = {
  // No shared cache may keep a picture, and no page of another site may show it.
  'Cache-Control': 'private, no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Answers with the picture itself, or with a redirect to it. */
export function pictureResponse(picture: DeliveredPicture): EndpointResponse {
  if ('url' in picture) return response({ status: 302, headers: { ...headers, Location: picture.url } });
  return response({
    status: 200,
    headers: { ...headers, 'Content-Type': picture.contentType, 'Content-Disposition': 'inline' },
    body: Buffer.from(picture.bytes).toString('base64'),
    isBase64: true,
  });
}
