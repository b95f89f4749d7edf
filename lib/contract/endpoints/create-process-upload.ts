import { defineEndpoint } from '../endpoint.ts';
import { ProcessUploadRequest, uploadSuccess } from '../uploads.ts';

export const createProcessUploadContract = defineEndpoint({
  operationId: 'createProcessUpload',
  method: 'POST',
  path: '/api/v1/process/uploads',
  summary: 'Prepare to send a large picture to be processed',
  description:
    'Send the picture to `url` then, with all `fields` before it, and give `image` to process-images or detect-face. ' +
    'It is kept for a day. `source` and `reference` count for it where process-images tells none.',
  tags: ['Processing'],
  role: 'check',
  body: {
    kind: 'json',
    schema: ProcessUploadRequest,
    example: { content_type: 'image/jpeg' as const, source: 'Entrance, camera 2', reference: 'IMG_0042.JPG' },
  },
  success: uploadSuccess,
  errors: ['request_invalid', 'input_unreadable', 'throttled', 'backend_unavailable'],
});
