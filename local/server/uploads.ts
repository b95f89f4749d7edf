import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { type LocalUploads, uploadPath } from '../../lib/uploads/local.ts';
import { readUploadForm, refuseLargeForm } from './uploads-form.ts';

/**
 * What takes the place of S3's POST on one machine. It is not among the deployed endpoints, and its body is not an event's: it goes
 * to disk as it comes. The form's signature is the permission, so it wants no token.
 */
export const receiveUpload = defineEndpoint({
  operationId: 'receiveUpload',
  method: 'POST',
  path: uploadPath,
  summary: 'Take a large picture',
  tags: ['Service'],
  public: true,
  body: {
    kind: 'multipart',
    fields: z.object({}),
    files: { name: 'file', description: 'The picture, after all fields.', maxCount: 1 },
  },
  success: {
    status: 204,
    description: 'The picture is there.',
    schema: z.null(),
    example: null,
  },
  errors: ['input_unreadable', 'forbidden', 'input_too_large', 'backend_unavailable'],
});

/**
 * Makes what answers an upload, like S3 with 204 and nothing.
 *
 * It throws what `LocalUploads.receive` and `readUploadForm` throw; the connection is still good for an answer then.
 */
export function uploadReceiver(
  uploads: LocalUploads,
): (request: IncomingMessage, response: ServerResponse) => Promise<APIGatewayProxyResult> {
  return async (request, response) => {
    refuseLargeForm(request, uploads.maxImageBytes);
    if (request.headers.expect !== undefined) response.writeContinue();
    await readUploadForm(request, uploads.maxImageBytes, uploads.receive);
    return { statusCode: receiveUpload.success.status, body: '' };
  };
}
