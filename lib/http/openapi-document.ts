import * as z from 'zod';
import { type Body, type Endpoint, operationsOf } from '../contract/endpoint.ts';
import {
  EntryDeletedEvent,
  entryDeletedType,
  MatchEvent,
  matchEventType,
  ReviewEvent,
  reviewEventType,
} from '../contract/match-event.ts';
import { roles } from '../contract/role.ts';
import {
  ErasureNotFoundError,
  type ErrorCode,
  ImageNotFoundError,
  LastImageError,
  LookBackOffError,
  ProcessedNotFoundError,
  VersionConflictError,
} from '../errors.ts';
import { statusOf } from './problem.ts';

/** Builds the OpenAPI document from the shapes that also check the requests. */

type Json = Record<string, unknown>;

export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Record<string, Record<string, Json>>;
}

const HTTPError = z
  .object({ detail: z.string().describe('What was wrong, and what would be right.') })
  .meta({ id: 'HTTPError' });

const NoUsableImageError = z
  .object({
    detail: z.string(),
    errors: z.array(z.string()).optional().describe('One line for each picture.'),
  })
  .meta({ id: 'NoUsableImageError' });

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

/** Builds the document of these endpoints, without pages for browsers and without `servers`. */
export function buildOpenApi(
  contracts: readonly Endpoint[],
  info: { title: string; version: string },
): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument['paths'] = {};
  const operations = contracts.flatMap(operationsOf);
  for (const contract of operations.filter(({ success }) => !success.contentType?.startsWith('text/'))) {
    const path = paths[contract.path] ?? {};
    paths[contract.path] = { ...path, [contract.method.toLowerCase()]: operation(contract, components) };
  }
  return {
    openapi: '3.1.0',
    info: { ...info, description: 'Looks for listed people in pictures.' },
    security: [{}, { bearer: [] }],
    paths,
    webhooks: {
      [matchEventType]: { post: webhook(components, 'Be told of a match', MatchEvent) },
      [entryDeletedType]: {
        post: webhook(components, 'Be told that an entry was deleted', EntryDeletedEvent),
      },
      [reviewEventType]: { post: webhook(components, 'Be told that a match was judged', ReviewEvent) },
    },
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: `Where the service is set up to ask for a token. Each token has a role, from the least on: ${roles.join(', ')}.`,
        },
      },
    },
  };
}

/** Collects the shapes that have an id, and refers to them. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  /** Returns a shape's JSON Schema: `input` as requests have it, `output` as answers have it. */
  add(shape: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs, ...schema } = z.toJSONSchema(shape, { io, override: simplify });
    const moved = JSON.parse(
      JSON.stringify({ schema, $defs: $defs ?? {} }).replaceAll('"#/$defs/', '"#/components/schemas/'),
    );
    Object.assign(this.schemas, moved.$defs);
    return moved.schema;
  }
}

/**
 * Drops what is of no use to a client: the bounds of whole numbers, the pattern of a format, and the ban on
 * additional fields.
 */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

function operation(contract: Endpoint, components: Components): Json {
  const { operationId, summary, description, tags, role, success } = contract;
  return {
    operationId,
    summary,
    description: [description, !contract.public && `It wants the role \`${role}\` or a higher one.`]
      .filter(Boolean)
      .join(' '),
    tags,
    'x-role': role,
    ...(contract.public && { security: [] }),
    parameters: [
      ...parameters(contract.params, 'path', components),
      ...parameters(contract.query, 'query', components),
      ...Object.entries(contract.headers ?? {}).map(headerParameter),
    ],
    ...(contract.body && { requestBody: requestBody(contract.body, components) }),
    responses: {
      [success.status]: {
        description: success.description,
        ...(success.headers && { headers: describedHeaders(success.headers) }),
        content: {
          [success.contentType ?? 'application/json']: {
            schema: components.add(success.schema, 'output'),
            ...(success.contentType === undefined && { example: success.example }),
          },
        },
      },
      ...(success.redirect && { 302: redirectResponse(success.redirect) }),
      ...errorResponses(contract, components),
    },
  };
}

/** Describes an event that the service itself sends. */
function webhook(components: Components, summary: string, event: z.ZodType): Json {
  return {
    summary,
    description: 'Sent to `WEBHOOK_URL`, signed as Standard Webhooks are: https://www.standardwebhooks.com',
    tags: ['Events'],
    security: [],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: components.add(event, 'output') } },
    },
    responses: {
      '2XX': { description: 'Taken. After any other answer it is sent again, but not after 410.' },
    },
  };
}

function parameters(shape: z.ZodObject | undefined, place: 'path' | 'query', components: Components): Json[] {
  return Object.entries(shape?.shape ?? {}).map(([name, field]) => {
    // The `output` schema shows defaults, and shows a number as such, although it arrives as text.
    const { description, ...schema } = components.add(field, 'output');
    return { name, in: place, required: !field.safeParse(undefined).success, description, schema };
  });
}

function headerParameter([name, description]: readonly [string, string]): Json {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function describedHeaders(headers: Readonly<Record<string, string>>): Json {
  const described = Object.entries(headers).map(([name, description]) => {
    return [name, { description, schema: { type: 'string' } }];
  });
  return Object.fromEntries(described);
}

function requestBody(body: Body, components: Components): Json {
  if (body.kind === 'json') {
    const schema = components.add(body.schema, 'input');
    return { required: true, content: { 'application/json': { schema, example: body.example } } };
  }
  const { name, description, maxCount } = body.files;
  const fields = components.add(body.fields, 'input');
  const files = {
    type: 'array',
    items: { type: 'string', format: 'binary' },
    minItems: 1,
    maxItems: maxCount,
    description,
  };
  const schema = {
    ...fields,
    properties: { ...(fields.properties as Json), [name]: files },
    required: [...((fields.required as string[] | undefined) ?? []), name],
  };
  return { required: true, content: { 'multipart/form-data': { schema } } };
}

function redirectResponse(description: string): Json {
  return { description, headers: { Location: { schema: { type: 'string', format: 'uri' } } } };
}

function errorResponses({ errors, public: open }: Endpoint, components: Components): Json {
  const codes = open ? errors : [...errors, ...errorsOfAll];
  const responses: Json = {};
  for (const status of new Set(codes.map((code) => statusOf[code]))) {
    const shape = status === 422 ? HTTPValidationError : status === 400 ? NoUsableImageError : HTTPError;
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
