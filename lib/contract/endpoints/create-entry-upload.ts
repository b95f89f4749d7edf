import { defineEndpoint } from '../endpoint.ts';
import { EntryPath } from '../fields.ts';
import { uploadBody, uploadSuccess } from '../uploads.ts';

export const createEntryUploadContract = defineEndpoint({
  operationId: 'createEntryUpload',
  method: 'POST',
  path: '/api/v1/blacklist/{id}/uploads',
  summary: 'Prepare to send a large picture of a listed person',
  description:
    'Send the picture to `url` then, with all `fields` before it. It is added to the entry by itself a moment after it arrived.',
  tags: ['Blacklist'],
  role: 'editor',
  params: EntryPath,
  body: uploadBody,
  success: uploadSuccess,
  errors: ['request_invalid', 'input_unreadable', 'entry_not_found', 'throttled', 'backend_unavailable'],
});
