import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { type LocalUploads, uploadPath } from '../../lib/uploads/local.ts';
import { BodyBudget } from './body-budget.ts';
import { readUploadForm, refuseLargeForm } from './uploads-form.ts';

/**
 * What takes the place of S3's POST on one machine. It is not among the deployed endpoints, and its body is not an event's: it goes
 * to disk as it comes. The form's signature is the permission, so it wants no token.
 */
export const receiveUploadContract = defineEndpoint({
  operationId: 'receiveUpload',
  method: 'POST',
  path: uploadPath,
  summary: 'Take a large picture',
  tags: ['Service'],
  role: 'check',
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
  errors: ['input_unreadable', 'forbidden', 'input_too_large', 'disk_full', 'backend_unavailable'],
});

/** Uploads go to disk as they come, so that their number is bounded, not their bytes. */
const maxUploads = 128;
const callerShare = 0.75;
/**
 * Forms whose signature has not come yet. Their fields fit in the first packets: one that waits for them longer makes way for the next,
 * so that strangers hold each other up, and nobody else.
 */
const strangers = {
  bytes: Number.POSITIVE_INFINITY,
  requests: 64,
  callerShare: 0.5,
  graceMs: 1_000,
  minBytesPerSecond: Number.POSITIVE_INFINITY,
};

/**
 * Makes what answers an upload, like S3 with 204 and nothing.
 *
 * It throws what `LocalUploads.receive` and `readUploadForm` throw; the connection is still good for an answer then.
 */
export function uploadReceiver(
  uploads: LocalUploads,
): (request: IncomingMessage, response: ServerResponse, caller: string) => Promise<APIGatewayProxyResult> {
  const unsigned = new BodyBudget(strangers);
  const signed = new BodyBudget({ bytes: Number.POSITIVE_INFINITY, requests: maxUploads, callerShare });
  return async (request, response, caller) => {
    refuseLargeForm(request, uploads.maxImageBytes);
    using places = new DisposableStack();
    const waiting = places.use(unsigned.share(caller));
    if (request.headers.expect !== undefined) response.writeContinue();
    await readUploadForm(request, {
      maxFileBytes: uploads.maxImageBytes,
      share: waiting,
      take: (fields, file, keep) => {
        const write = uploads.permit(fields);
        keep(places.use(signed.share(caller)));
        waiting[Symbol.dispose]();
        return write(file);
      },
    });
    return { statusCode: receiveUploadContract.success.status, body: '' };
  };
}
