import * as z from 'zod';
import type { Endpoint } from '../contract/endpoint.ts';
import { getEntryContract } from '../contract/endpoints/get-entry.ts';
import {
  ErasureNotFoundError,
  type ErrorCode,
  ImageNotFoundError,
  LastImageError,
  LookBackOffError,
  ProcessedNotFoundError,
  VersionConflictError,
} from '../errors.ts';
import type { Components, Json } from './openapi-components.ts';
import { statusOf } from './problem.ts';

const HTTPError = z
  .object({ detail: z.string().describe('What was wrong, and what would be right.') })
  .meta({ id: 'HTTPError' });

const NoUsableImageError = z
  .object({
    detail: z.string(),
    errors: z.array(z.string()).optional().describe('One line for each picture.'),
  })
  .meta({ id: 'NoUsableImageError' });

const EntryNotFound = HTTPError.extend({
  merged_into: z
    .int()
    .optional()
    .describe('Id of the entry that it was merged into, while that one is listed.'),
}).meta({ id: 'EntryNotFound' });

const HTTPValidationError = z
  .object({
    detail: z.array(
      z
        .object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() })
        .meta({ id: 'ValidationError' }),
    ),
  })
  .meta({ id: 'HTTPValidationError' });

const InternalError = z
  .object({ detail: z.string(), request_id: z.string().describe('What the log calls the request.') })
  .meta({ id: 'InternalError' });

/** Errors of every endpoint that may ask for a token. */
const errorsOfAll: readonly ErrorCode[] = ['not_authenticated', 'forbidden'];

const describedStatus: Record<number, { description: string; example: unknown }> = {
  400: { description: 'An input cannot be used.', example: { detail: 'No images provided.' } },
  401: {
    description: 'A token is wanted and missing, or not known.',
    example: { detail: 'Not authenticated' },
  },
  403: {
    description: 'The role of whoever asks is not enough, or a web page of another origin may not do this.',
    example: { detail: "This wants the role editor or a higher one; 'front-door' has the role check." },
  },
  404: { description: 'There is no such thing.', example: { detail: 'Blacklist entry not found' } },
  409: {
    description: 'The name is taken.',
    example: { detail: "Blacklist entry with name 'Jane Roe' already exists." },
  },
  412: {
    description: 'Somebody has changed it since; nothing has happened.',
    example: {
      detail: new VersionConflictError({
        id: 7,
        version: 4,
        updatedBy: 'front desk',
        updatedDate: '2026-05-05T18:12:03.512Z',
      }).message,
    },
  },
  413: {
    description: 'A picture or the request is too large.',
    example: { detail: 'The request is too large.' },
  },
  415: { description: 'Not a picture format that is taken.', example: { detail: 'This is not a picture.' } },
  422: {
    description: 'The request does not fit its schema.',
    example: { detail: [{ loc: ['body', 'images'], msg: 'Field required', type: 'missing' }] },
  },
  429: {
    description: 'Too many requests; `Retry-After` says when to try again.',
    example: { detail: 'Slow down.' },
  },
  507: {
    description: 'The disk is full. What deletes works all the same.',
    example: {
      detail:
        'The disk is full: nothing more can be kept until something is deleted or the disk is enlarged.',
    },
  },
  503: {
    description: 'A backend is down; `Retry-After` says when to try again.',
    example: { detail: 'The face backend is not available.' },
  },
};

/** Descriptions of errors that say more here than their status does elsewhere. */
const describedCode: Partial<Record<ErrorCode, { description: string; example: unknown }>> = {
  image_not_found: {
    description: 'There is no such entry, or it has no such image.',
    example: { detail: new ImageNotFoundError().message },
  },
  processed_not_found: {
    description: 'There is no such picture.',
    example: { detail: new ProcessedNotFoundError().message },
  },
  erasure_not_found: {
    description: 'No entry of that id was erased.',
    example: { detail: new ErasureNotFoundError().message },
  },
  look_back_off: {
    description: 'No faces are kept for a look-back.',
    example: { detail: new LookBackOffError().message },
  },
  last_image: {
    description: 'The entry has no other image.',
    example: { detail: new LastImageError().message },
  },
};

function shapeOf(status: number, operationId: string): z.ZodType {
  if (status === 422) return HTTPValidationError;
  if (status === 400) return NoUsableImageError;
  return status === 404 && operationId === getEntryContract.operationId ? EntryNotFound : HTTPError;
}

/** Describes the answers of an endpoint that are errors. */
export function errorResponses(
  { operationId, errors, public: open }: Endpoint,
  components: Components,
): Json {
  const codes = open ? errors : [...errors, ...errorsOfAll];
  const responses: Json = {};
  for (const status of new Set(codes.map((code) => statusOf[code]))) {
    const shape = shapeOf(status, operationId);
    const special = codes.findLast((code) => statusOf[code] === status && describedCode[code]);
    const { description, example } = (special && describedCode[special]) ??
      describedStatus[status] ?? {
        description: 'An error.',
        example: undefined,
      };
    responses[status] = {
      description,
      ...((status === 429 || status === 503) && {
        headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
      }),
      content: { 'application/json': { schema: components.add(shape, 'output'), example } },
    };
  }
  responses[500] = {
    description: 'A fault of the service.',
    content: { 'application/json': { schema: components.add(InternalError, 'output') } },
  };
  return responses;
}
