import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import { type LocalUploads, uploadPath } from '../../lib/uploads/local.ts';
import { BodyBudget } from './body-budget.ts';
import { readUploadForm, refuseLargeForm } from './uploads-form.ts';

/**
 * Endpoint that stands in for S3's POST on one machine. It is not deployed, and its body does not become an
 * event: it goes to disk as it arrives. The form's signature is the permission, so no token is needed.
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

/** Uploads at once. They go to disk as they arrive, so only their number needs a limit, not their bytes. */
const maxUploads = 128;
const callerShare = 0.75;
/**
 * Limits for forms whose signature has not arrived yet. The fields fit into the first packets, so a form that
 * takes longer makes room for the next. Unsigned forms can thus hold up each other, but nobody else.
 */
const strangers = {
  bytes: Number.POSITIVE_INFINITY,
  requests: 64,
  callerShare: 0.5,
  graceMs: 1_000,
  minBytesPerSecond: Number.POSITIVE_INFINITY,
};

/**
 * Makes the function that receives an upload. Like S3 it answers with 204 and no body.
 *
 * The function throws what `LocalUploads.receive` and `readUploadForm` throw. The connection can then still
 * carry an answer.
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
