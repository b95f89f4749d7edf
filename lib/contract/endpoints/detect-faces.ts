import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { facialAreaExample } from '../examples.ts';
import { DetectorOverride, ImageInput } from '../fields.ts';
import { DetectedFaceArea } from '../shapes.ts';

export const DetectFacesRequest = z
  .object({
    image: ImageInput,
    detector_backend: DetectorOverride,
  })
  .meta({ id: 'DetectFacesRequest' });
export type DetectFacesRequest = z.output<typeof DetectFacesRequest>;

export const detectFacesContract = defineEndpoint({
  operationId: 'detectFaces',
  method: 'POST',
  path: '/api/v1/detect/detect-face',
  summary: 'Find the faces of a picture',
  description: 'Nothing is compared and nothing is kept.',
  tags: ['Detection'],
  role: 'check',
  body: {
    kind: 'json',
    schema: DetectFacesRequest,
    example: { image: 'https://example.com/entrance.jpg' },
  },
  success: {
    status: 200,
    description: 'The faces, largest first; an empty list when there is none.',
    schema: z.array(DetectedFaceArea),
    example: [{ facial_area: facialAreaExample, confidence: 0.99 }],
  },
  errors: [
    'request_invalid',
    'input_unreadable',
    'input_too_large',
    'unsupported_format',
    'throttled',
    'backend_unavailable',
  ],
});
