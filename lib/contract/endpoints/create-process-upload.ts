import { defineEndpoint } from '../endpoint.ts';
import { ProcessUploadRequest, uploadBody, uploadSuccess } from '../uploads.ts';

export const createProcessUploadContract = defineEndpoint({
  operationId: 'createProcessUpload',
  method: 'POST',
  path: '/api/v1/process/uploads',
  summary: 'Prepare to send a large picture to be processed',
  description:
    'Send the picture to `url` then, with all `fields` before it, and give `image` to process-images or detect-face. ' +
    'It is kept for a day.',
  tags: ['Processing'],
  role: 'check',
  body: { ...uploadBody, schema: ProcessUploadRequest },
  success: uploadSuccess,
  errors: ['request_invalid', 'input_unreadable', 'throttled', 'backend_unavailable'],
});
