import type * as z from 'zod';
import { type Body, type Endpoint, operationsOf } from '../contract/endpoint.ts';
import {
  CameraEvent,
  cameraEventTypes,
  EntryDeletedEvent,
  entryDeletedType,
  MatchEvent,
  matchEventType,
  ReviewEvent,
  reviewEventType,
} from '../contract/match-event.ts';
import { roles } from '../contract/role.ts';
import { Components, type Json } from './openapi-components.ts';
import { errorResponses } from './openapi-errors.ts';

/** Builds the OpenAPI document from the shapes that also check the requests. */

export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Record<string, Record<string, Json>>;
}

/** Builds the document of these endpoints, without pages for browsers and without `servers`. */
export function buildOpenApi(
  contracts: readonly Endpoint[],
  info: { title: string; version: string },
): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument['paths'] = {};
  const [offline, online] = cameraEventTypes;
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
      [offline]: { post: webhook(components, 'Be told that a camera gives no frames', CameraEvent) },
      [online]: { post: webhook(components, 'Be told that a camera gives frames again', CameraEvent) },
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
    description:
      'Sent to `WEBHOOK_URL`, signed as Standard Webhooks are: https://www.standardwebhooks.com. A broker in `MQTT_URL` gets the same JSON.',
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
