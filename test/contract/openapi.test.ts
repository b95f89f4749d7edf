import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { handler } from '../../functions/open-api.ts';
import { api, operations } from '../../lib/contract/api.ts';
import { openApiContract } from '../../lib/contract/endpoints/openapi.ts';
import {
  CameraEvent,
  EntryDeletedEvent,
  MatchEvent,
  ReviewEvent,
  type ServiceEvent,
} from '../../lib/contract/match-event.ts';
import { withContract } from '../../lib/http/endpoint.ts';
import { buildOpenApi } from '../../lib/http/openapi-document.ts';
import { startServer } from '../local/server/running-server.ts';

const document = buildOpenApi(api, { title: 'Faces', version: '1.2.3' });

/** Reads a value of the document by its keys. */
function at(...keys: (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    document,
  );
}

function references(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? '');
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every endpoint that answers with JSON, once', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      operations
        .filter(({ path }) => !path.startsWith('/docs'))
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
  });

  it('has the event that webhooks get', () => {
    const content = ['post', 'requestBody', 'content', 'application/json', 'schema'];
    expect(at('webhooks', 'face.matched', ...content)).toEqual({ $ref: '#/components/schemas/MatchEvent' });
    expect(at('webhooks', 'match.reviewed', ...content)).toEqual({
      $ref: '#/components/schemas/ReviewEvent',
    });
    expect(at('components', 'schemas', 'MatchEvent', 'properties', 'type')).toMatchObject({
      const: 'face.matched',
    });
  });

  it('has every event, and docs/events.md names each', async () => {
    const types = {
      'face.matched': MatchEvent,
      'entry.deleted': EntryDeletedEvent,
      'match.reviewed': ReviewEvent,
      'camera.offline': CameraEvent,
      'camera.online': CameraEvent,
    } satisfies Record<ServiceEvent['type'], unknown>;
    expect(Object.keys(at('webhooks') as object).sort()).toEqual(Object.keys(types).sort());
    const page = await readFile('docs/events.md', 'utf8');
    for (const [type, schema] of Object.entries(types)) {
      expect(page).toContain(`"type": "${type}"`);
      const content = ['post', 'requestBody', 'content', 'application/json', 'schema', '$ref'];
      expect(at('webhooks', type, ...content)).toBe(`#/components/schemas/${schema.meta()?.id}`);
    }
  });

  it('refers to nothing that it does not have', () => {
    const targets = new Set(references(document));
    expect(targets.size).toBeGreaterThan(10);
    for (const target of targets) {
      expect(at('components', 'schemas', target.replace('#/components/schemas/', '')), target).toBeDefined();
    }
  });

  it('has an example for every answer but the unforeseen', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const responses = operation.responses as Record<
          string,
          { content?: Record<string, { example?: unknown }> }
        >;
        for (const [status, { content }] of Object.entries(responses)) {
          // A redirect and a picture have no JSON.
          if (status === '500' || content?.['application/json'] === undefined) continue;
          expect(content['application/json'], `${method} ${path} ${status}`).toHaveProperty('example');
        }
      }
    }
  });

  it('says that a picture is one, or a redirect to one', () => {
    expect(at('paths', '/api/v1/blacklist/{id}/images/{image_id}', 'get', 'responses')).toMatchObject({
      200: { content: { 'image/*': { schema: { type: 'string', format: 'binary' } } } },
      302: { headers: { Location: { schema: { format: 'uri' } } } },
      404: {
        content: { 'application/json': { example: { detail: 'Reference image not found' } } },
      },
    });
  });

  it('says what an upload takes: text, and files', () => {
    const schema = at(
      'paths',
      '/api/v1/blacklist/',
      'post',
      'requestBody',
      'content',
      'multipart/form-data',
      'schema',
    );
    expect(schema).toMatchObject({
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 100 },
        reason: { type: 'string', maxLength: 255 },
        images: { type: 'array', items: { type: 'string', format: 'binary' }, minItems: 1, maxItems: 100 },
      },
      required: ['name', 'images'],
    });
  });

  it('says of parameters what is their default and which must be given', () => {
    expect(at('paths', '/api/v1/processed-images/', 'get', 'parameters')).toEqual([
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'Items in the page.',
        schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      },
      {
        name: 'offset',
        in: 'query',
        required: false,
        description: 'Items before the page.',
        schema: { type: 'integer', minimum: 0, default: 0 },
      },
      expect.objectContaining({ name: 'has_match', required: false, schema: { type: 'boolean' } }),
      expect.objectContaining({ name: 'entry_id', required: false, schema: { type: 'integer' } }),
      expect.objectContaining({
        name: 'review',
        required: false,
        schema: { type: 'string', enum: ['open', 'confirmed', 'rejected', 'unsure'] },
      }),
      expect.objectContaining({ name: 'since', schema: { type: 'string', format: 'date-time' } }),
      expect.objectContaining({ name: 'until', schema: { type: 'string', format: 'date-time' } }),
      expect.objectContaining({ name: 'before_id', required: false, schema: { type: 'integer' } }),
      expect.objectContaining({ name: 'source', required: false }),
      expect.objectContaining({ name: 'reference', required: false }),
    ]);
    expect(at('paths', '/api/v1/blacklist/{id}/', 'get', 'parameters')).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
    ]);
  });

  it('tells of the headers by which two people hear of each other', () => {
    const path = ['paths', '/api/v1/blacklist/{id}/'];
    const ifMatch = { name: 'If-Match', in: 'header', required: false };
    for (const method of ['put', 'patch', 'delete']) {
      expect(at(...path, method, 'parameters')).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'id' }), expect.objectContaining(ifMatch)]),
      );
      expect(at(...path, method, 'responses', 412, 'content', 'application/json', 'schema')).toEqual({
        $ref: '#/components/schemas/HTTPError',
      });
    }
    for (const method of ['get', 'put', 'patch'])
      expect(at(...path, method, 'responses', 200, 'headers')).toHaveProperty('ETag');
    expect(at('paths', '/api/v1/blacklist/', 'get', 'responses', 200, 'headers')).toHaveProperty(
      'X-Total-Count',
    );
  });

  it("has the errors in FastAPI's shapes", () => {
    const schemaOf = (status: number) =>
      at(
        'paths',
        '/api/v1/blacklist/{id}/',
        'put',
        'responses',
        status,
        'content',
        'application/json',
        'schema',
      );
    expect(schemaOf(422)).toEqual({ $ref: '#/components/schemas/HTTPValidationError' });
    for (const status of [401, 403, 404, 409, 413, 429, 503]) {
      expect(schemaOf(status), String(status)).toEqual({ $ref: '#/components/schemas/HTTPError' });
    }
    expect(at('components', 'schemas', 'HTTPError', 'properties', 'detail', 'type')).toBe('string');
    expect(at('components', 'schemas', 'EntryNotFound')).toMatchObject({
      required: ['detail'],
      properties: { detail: { type: 'string' }, merged_into: { type: 'integer' } },
    });
  });

  it('names the bearer token, and the endpoints that want none', () => {
    expect(at('components', 'securitySchemes', 'bearer')).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(at('paths', '/healthz', 'get', 'security')).toEqual([]);
    expect(at('paths', '/api/v1/', 'get', 'security')).toBeUndefined();
  });

  it('is served, and leads clients below the prefix under which it was asked for', async () => {
    await using server = await startServer([handler]);
    const served = (await server.send('GET', '/openapi.json')).json() as { servers: unknown; paths: unknown };
    expect(served.servers).toEqual([{ url: '/' }]);
    expect(served.paths).toEqual(JSON.parse(JSON.stringify(document.paths)));

    const staged = await startServer([
      withContract(openApiContract, (event) =>
        handler({ ...event, requestContext: { ...event.requestContext, path: '/prod/openapi.json' } }),
      ),
    ]);
    await using _staged = staged;
    expect((await staged.send('GET', '/openapi.json/')).json()).toMatchObject({
      servers: [{ url: '/prod' }],
    });
  });
});
