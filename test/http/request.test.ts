import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../lib/contract/api.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import type { Reply } from '../local/server/running-server.ts';
import { type ContractServer, type Problem, problemsIn, startContractServer } from './contract-server.ts';

let server: ContractServer;
beforeAll(async () => {
  server = await startContractServer();
});
afterAll(() => server.stop());

const process = (body: unknown) => server.sendJson('POST', '/api/v1/process/process-images', body);
const update = (body: unknown) => server.sendJson('PUT', '/api/v1/blacklist/7', body);

describe('a JSON body', () => {
  it('arrives in the types of its contract, without what the contract does not know', async () => {
    expect((await process({ images: ['a'], threshold: '0.4', model_name: null, colour: 'red' })).status).toBe(
      200,
    );
    expect(server.input.body).toEqual({
      ...{ images: ['a'], threshold: 0.4, candidates: 0 },
      ...{ keep: 'all', references: null, source: null },
    });
    await update({ name: 'Jane Roe' });
    expect(server.input.body).toEqual({ name: 'Jane Roe', reason: null });
    await update({ name: 'Jane Roe', reason: '' });
    expect(server.input.body).toEqual({ name: 'Jane Roe', reason: '' });
  });

  it('may leave its type unsaid, carry a byte order mark, and be of a type that ends in +json', async () => {
    const path = '/api/v1/process/process-images';
    expect((await server.send('POST', path, { body: '{"images":[]}' })).status).toBe(200);
    expect((await process('\ufeff{"images":[]}')).status).toBe(200);
    const headers = { 'content-type': 'application/ld+json; charset=utf-8' };
    expect((await server.send('POST', path, { headers, body: '{"images":[]}' })).status).toBe(200);
  });

  it.each<[string, unknown, Problem]>([
    ['without its images', {}, { loc: ['body', 'images'], msg: 'Field required', type: 'missing' }],
    ['of null', 'null', objectWanted()],
    ['that is a list', [], objectWanted()],
    [
      'with images that are no list',
      { images: 'a' },
      { loc: ['body', 'images'], msg: 'Input should be a valid list', type: 'list_type' },
    ],
    [
      'with an image that is no text',
      { images: ['a', 5] },
      { loc: ['body', 'images', 1], msg: 'Input should be a valid string', type: 'string_type' },
    ],
    [
      'with 101 images',
      { images: Array(101).fill('a') },
      {
        loc: ['body', 'images'],
        msg: 'List should have at most 100 items after validation',
        type: 'too_long',
      },
    ],
    [
      'with a threshold that is no number',
      { images: [], threshold: 'secret' },
      {
        loc: ['body', 'threshold'],
        msg: 'Input should be a valid number, unable to parse string as a number',
        type: 'float_parsing',
      },
    ],
    [
      'with a threshold of another type',
      { images: [], threshold: [0.4] },
      { loc: ['body', 'threshold'], msg: 'Input should be a valid number', type: 'float_type' },
    ],
    [
      'with a threshold without bounds',
      '{"images": [], "threshold": 1e999}',
      { loc: ['body', 'threshold'], msg: 'Input should be a finite number', type: 'finite_number' },
    ],
    [
      'with a negative threshold',
      { images: [], threshold: -0.1 },
      {
        loc: ['body', 'threshold'],
        msg: 'Input should be greater than or equal to 0',
        type: 'greater_than_equal',
      },
    ],
    [
      'with a metric that nobody has',
      { images: [], distance_metric: 'manhattan' },
      {
        loc: ['body', 'distance_metric'],
        msg: "Input should be 'cosine', 'euclidean', 'euclidean_l2' or 'angular'",
        type: 'enum',
      },
    ],
  ])('%s is refused, and told why', async (_name, body, problem) => {
    expect(problemsIn(await process(body))).toEqual([problem]);
  });

  it('is told everything that is wrong with it at once', async () => {
    const found = problemsIn(await process({ threshold: -1, model_name: 'Facenet1024' }));
    expect(found.map(({ loc }) => loc.join('.'))).toEqual([
      'body.images',
      'body.model_name',
      'body.threshold',
    ]);
  });

  it('that is no JSON is refused with the position, and not repeated', async () => {
    const reply = await process('{"images": ["my secret" }');
    expect(problemsIn(reply)).toEqual([
      { loc: ['body', 24], msg: 'JSON decode error', type: 'json_invalid' },
    ]);
    expect(reply.bytes.toString()).not.toContain('secret');
    expect(problemsIn(await process('secret'))).toMatchObject([{ type: 'json_invalid' }]);
  });

  it('that is missing is a field that is missing', async () => {
    expect(problemsIn(await process(''))).toEqual([
      { loc: ['body'], msg: 'Field required', type: 'missing' },
    ]);
  });

  it('that is not UTF-8 is refused', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = Buffer.from('{"images": ["\xff"]}', 'latin1');
    const reply = await server.send('POST', '/api/v1/process/process-images', { headers, body });
    expect([reply.status, reply.json()]).toEqual([
      400,
      { detail: 'There was an error parsing the body: it is not UTF-8, which JSON has to be.' },
    ]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of the type %s, which a page can post anywhere, is none',
    async (type) => {
      const headers = { 'content-type': type };
      const reply = await server.send('PUT', '/api/v1/blacklist/7', { headers, body: '{"name":"Jane"}' });
      expect(problemsIn(reply)).toMatchObject([{ loc: ['body'], type: 'model_attributes_type' }]);
    },
  );
});

function objectWanted(): Problem {
  return {
    loc: ['body'],
    msg: 'Input should be a valid dictionary or object to extract fields from',
    type: 'model_attributes_type',
  };
}

describe('a name', () => {
  it('has 1 to 100 characters, whatever their size', async () => {
    expect((await update({ name: '👩'.repeat(100) })).status).toBe(200);
    expect(server.input.body).toMatchObject({ name: '👩'.repeat(100) });
    expect(problemsIn(await update({ name: '👩'.repeat(101) }))).toEqual([
      { loc: ['body', 'name'], msg: 'String should have at most 100 characters', type: 'string_too_long' },
    ]);
    expect(problemsIn(await update({ name: '' }))).toEqual([
      { loc: ['body', 'name'], msg: 'String should have at least 1 character', type: 'string_too_short' },
    ]);
  });

  it('is whole text', async () => {
    expect(problemsIn(await update('{"name": "\\ud800"}'))).toMatchObject([{ type: 'string_unicode' }]);
  });

  it('may have a reason of up to 255 characters', async () => {
    expect((await update({ name: 'a', reason: 'ß'.repeat(255) })).status).toBe(200);
    expect(problemsIn(await update({ name: 'a', reason: 'ß'.repeat(256) }))).toMatchObject([
      { loc: ['body', 'reason'], type: 'string_too_long' },
    ]);
  });
});

describe('a path and a query', () => {
  it.each([
    ['7', 7],
    ['+7', 7],
    ['%37', 7],
    ['0', 0],
    ['-1', -1],
    ['99999999999999999999999999', Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('with the id %s ask for entry %d', async (id, expected) => {
    expect((await server.send('GET', `/api/v1/blacklist/${id}/`)).status).toBe(200);
    expect(server.input.params).toEqual({ id: expected });
  });

  it.each(['seven', '7.5', '0x7', '1e3', '%20', 'NaN', '7%2F8'])('with the id %s are refused', async (id) => {
    expect(problemsIn(await server.send('GET', `/api/v1/blacklist/${id}`))).toEqual([
      {
        loc: ['path', 'id'],
        msg: 'Input should be a valid integer, unable to parse string as an integer',
        type: 'int_parsing',
      },
    ]);
  });

  it('give limit and offset as numbers, the last of each, or their defaults', async () => {
    await server.send('GET', '/api/v1/processed-images?limit=5&offset=40&limit=100&other=1');
    expect(server.input.query).toEqual({ limit: 100, offset: 40 });
    await server.send('GET', '/api/v1/processed-images/');
    expect(server.input.query).toEqual({ limit: 20, offset: 0 });
  });

  it("have an alias's own defaults under its path", async () => {
    await server.send('GET', '/api/v1/process/processed-images/?offset=5');
    expect(server.input.query).toEqual({ limit: 10, offset: 5 });
  });

  it.each([
    ['limit=0', 'limit', 'greater_than_equal'],
    ['limit=101', 'limit', 'less_than_equal'],
    ['limit=', 'limit', 'int_parsing'],
    ['limit=ten', 'limit', 'int_parsing'],
    ['limit=1.5', 'limit', 'int_parsing'],
    ['offset=-1', 'offset', 'greater_than_equal'],
    ['offset=99999999999999999999', 'offset', 'less_than_equal'],
  ])('with %s are refused', async (query, name, type) => {
    expect(problemsIn(await server.send('GET', `/api/v1/processed-images/?${query}`))).toMatchObject([
      { loc: ['query', name], type },
    ]);
  });
});

describe('a parameter that the contract does not know', () => {
  it('is passed over for the clients of the old service, and told of in a header', async () => {
    for (const path of ['/api/v1/processed-images/', '/api/v1/process/processed-images']) {
      const reply = await server.send('GET', `${path}?limt=5&offset=0&X-Amz-Date=1&%C3%A9=1`);
      expect(reply.status).toBe(200);
      expect(reply.headers['x-warnings']).toBe(
        "The parameter 'limt' is not known, and was passed over. Was limit meant? The parameter '?' is not known, and was passed over.",
      );
      expect((await server.send('GET', `${path}?limit=5`)).headers['x-warnings']).toBeUndefined();
    }
  });
});

describe('what a request names beyond its contract', () => {
  const pathOf = ({ path }: Endpoint) =>
    path
      .replace('{image_id}', '7f9c24e5-27a1-4f0a-9f53-6c1f3d0c5b11')
      .replace('{asset}', 'swagger-ui.css')
      .replaceAll(/\{\w+\}/g, '7');

  /** Sends a request that fits, but for what is added to it. */
  function ask(operation: Endpoint, { query = '', fields = {}, raw }: Beyond): Promise<Reply> {
    const { method, body } = operation;
    const path = `${pathOf(operation)}${query}`;
    if (raw !== undefined) return server.sendJson(method, path, raw);
    if (body?.kind === 'json')
      return server.sendJson(method, path, { ...(body.example as object), ...fields });
    if (body === undefined) return server.send(method, path);
    const known = 'name' in body.fields.shape ? { name: 'Jane Roe' } : {};
    const parts = Object.entries({ ...known, ...fields }).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
    return server.send(method, path, { headers, body: `${parts.join('')}--b--\r\n` });
  }

  interface Beyond {
    readonly query?: string;
    readonly fields?: object;
    readonly raw?: unknown;
  }

  /** Finds a parameter and a value for it that fits. */
  function fitting({ query }: Endpoint): string | undefined {
    const values = ['5', 'true', 'redact', 'open', '2026-05-04T09:30:00Z', 'name', '320', 'original', 'x'];
    for (const name of Object.keys(query?.shape ?? {})) {
      const value = values.find((one) => query?.safeParse({ [name]: one }).success);
      if (value) return `${name}=${encodeURIComponent(value)}`;
    }
    return undefined;
  }

  it('is refused by whatever deletes, or shows much of people', () => {
    const strict = operations.filter((operation) => operation.strict);
    const expected = operations.filter(
      ({ role, method, operationId }) =>
        role === 'admin' ||
        method === 'DELETE' ||
        ['patchEntry', 'lookBack', 'listEvents'].includes(operationId),
    );
    expect(strict.map(({ operationId }) => operationId)).toEqual(
      expected.map(({ operationId }) => operationId),
    );
    // The list of the old service's clients, that must not notice, is all that an old path has.
    const old = [
      'processImages',
      'listProcessed',
      'detectFaces',
      'createEntry',
      'listEntries',
      'updateEntry',
    ];
    for (const { operationId, strict: isStrict } of operations) {
      if (old.includes(operationId)) expect(isStrict, operationId).toBeUndefined();
    }
  });

  it.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    '%s: unknown parameters and fields, repeated ones, and a body that it does not take',
    async (_, operation) => {
      const { strict, body, method } = operation;
      const expectTold = async (beyond: Beyond, place: (string | number)[], words: RegExp) => {
        const reply = await ask(operation, beyond);
        if (strict) {
          expect(problemsIn(reply).map(({ loc }) => loc)).toEqual([place]);
        } else {
          expect(reply.status).toBeLessThan(300);
          expect(reply.headers['x-warnings']).toMatch(words);
        }
      };
      const fits = await ask(operation, {});
      expect([fits.status < 300, fits.headers['x-warnings']]).toEqual([true, undefined]);
      await expectTold({ query: '?lmit=1' }, ['query', 'lmit'], /^The parameter 'lmit' is not known/);
      const signed = await ask(operation, { query: '?X-Amz-Signature=0&X-Amz-Signature=1' });
      expect([signed.status, signed.headers['x-warnings']]).toEqual([fits.status, undefined]);
      const fresh = await ask(operation, { query: '?_=1764451385' });
      expect([fresh.status, fresh.headers['x-warnings']]).toEqual([fits.status, undefined]);
      const known = fitting(operation);
      expect(known === undefined).toBe(operation.query === undefined);
      if (known) {
        const name = known.split('=')[0] ?? '';
        await expectTold(
          { query: `?${known}&${known}` },
          ['query', name],
          new RegExp(`^The parameter '${name}' was given 2 times`),
        );
      }
      const isOpen = operation.operationId === 'addCamera';
      if (body && !isOpen) {
        await expectTold({ fields: { afer: 1 } }, ['body', 'afer'], /^The field 'afer' is not known/);
      } else if (strict && method !== 'GET') {
        for (const empty of ['{}', ' ', 'null']) {
          expect((await ask(operation, { raw: empty })).status).toBe(fits.status);
        }
        expect(problemsIn(await ask(operation, { raw: { history: 'keep' } }))).toMatchObject([
          { loc: ['body'], type: 'extra_forbidden' },
        ]);
      }
    },
  );
});
