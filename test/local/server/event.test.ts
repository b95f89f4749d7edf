import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineEndpoint } from '../../../lib/contract/endpoint.ts';
import { endpoint, type Handler, withContract } from '../../../lib/http/endpoint.ts';
import { requestHeader } from '../../../lib/http/headers.ts';
import type { UploadedFile } from '../../../lib/http/multipart.ts';
import { readMultipart } from '../../../lib/http/multipart.ts';
import { anyCharacter } from '../../any-character.ts';
import { plainContract, type RunningServer, recordEvents, startServer } from './running-server.ts';

const { handler: record, events } = recordEvents();
const uploads: { fields: unknown; files: readonly UploadedFile[] }[] = [];
const ids: string[] = [];
const bodies: unknown[] = [];
let result: Awaited<ReturnType<Handler>>;

const success = { status: 200, description: '', schema: z.null(), example: null };
const common = { summary: '', tags: [], role: 'check', success, errors: [] } as const;
const upload = defineEndpoint({
  ...common,
  operationId: 'upload',
  method: 'POST',
  path: '/upload',
  body: {
    kind: 'multipart',
    fields: z.object({ name: z.string().optional() }),
    files: { name: 'images', description: '', maxCount: 100 },
  },
});
const byId = defineEndpoint({
  ...common,
  operationId: 'byId',
  method: 'GET',
  path: '/things/{id}/',
  params: z.object({ id: z.string() }),
});
const json = defineEndpoint({
  ...common,
  operationId: 'json',
  method: 'PUT',
  path: '/json',
  body: { kind: 'json', schema: z.unknown(), example: null },
});

let server: RunningServer;
beforeAll(async () => {
  server = await startServer([
    withContract(plainContract('GET', '/record'), record),
    withContract(plainContract('POST', '/record'), record),
    withContract(plainContract('GET', '/record/{id}/'), record),
    withContract(plainContract('GET', '/answer'), async () => result),
    endpoint(
      upload,
      async ({ body, files }) => {
        uploads.push({ fields: body, files });
        return null;
      },
      readMultipart,
    ),
    endpoint(byId, async ({ params }) => {
      ids.push(params.id);
      return null;
    }),
    endpoint(json, async ({ body }) => {
      bodies.push(body);
      return null;
    }),
  ]);
});
afterAll(() => server.stop());

/** Texts that a client may send in UTF-8: any code points, but no half surrogates. */
const text = fc.string({ unit: anyCharacter });
const bytes = fc.uint8Array({ maxLength: 2000 });
/** Bytes that look like the form's own boundaries, and would confuse a careless parser. */
const trickyBytes = fc
  .array(fc.constantFrom('\r', '\n', '-', '--', '\r\n--', '\r\n--boundar', '\0', 'boundary', 'x', '\xff'), {
    maxLength: 60,
  })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
  .filter((piece) => !`\r\n${piece.toString('latin1')}`.includes('\r\n--boundary'));

function multipart(parts: readonly { headers: string; content: Uint8Array }[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ headers, content }) => [
      Buffer.from(`--boundary\r\n${headers}\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--boundary--\r\n'),
  ]);
}

const formHeaders = { 'Content-Type': 'multipart/form-data; boundary=boundary' };

describe('a request becomes an event', () => {
  it('gives every byte of every uploaded file to the handler', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(bytes, trickyBytes), { minLength: 1, maxLength: 5 }),
        async (contents) => {
          const parts = contents.map((content, index) => ({
            headers: `Content-Disposition: form-data; name="images"; filename="${index}.jpg"\r\nContent-Type: image/jpeg`,
            content,
          }));
          const { status } = await server.send('POST', '/upload', {
            headers: formHeaders,
            body: multipart(parts),
          });
          const files = uploads.at(-1)?.files ?? [];
          expect(status).toBe(200);
          expect(files.map(({ fileName }) => fileName)).toEqual(contents.map((_, index) => `${index}.jpg`));
          expect(files.map((file) => Buffer.from(file.bytes).toString('hex'))).toEqual(
            contents.map((content) => Buffer.from(content).toString('hex')),
          );
        },
      ),
    );
  });

  it("gives a form's text in any script to the handler", async () => {
    const sendable = text.filter((value) => value !== '' && !value.includes('\r\n--boundary'));
    await fc.assert(
      fc.asyncProperty(sendable, async (name) => {
        const body = multipart([
          { headers: 'Content-Disposition: form-data; name="name"', content: Buffer.from(name) },
        ]);
        await server.send('POST', '/upload', { headers: formHeaders, body });
        expect(uploads.at(-1)?.fields).toEqual({ name });
      }),
    );
  });

  it('has every query parameter, repeated ones with all their values and the last one alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), async (pairs) => {
        await server.send('GET', `/record?${new URLSearchParams(pairs)}`);
        const event = events.at(-1);
        const names = [...new Set(pairs.map(([name]) => name))];
        const valuesOf = (name: string) =>
          pairs.filter(([other]) => other === name).map(([, value]) => value);
        expect(Object.entries(event?.multiValueQueryStringParameters ?? {}).sort()).toEqual(
          names.map((name) => [name, valuesOf(name)]).sort(),
        );
        expect(Object.entries(event?.queryStringParameters ?? {}).sort()).toEqual(
          names.map((name) => [name, valuesOf(name).at(-1)]).sort(),
        );
      }),
    );
  });

  it('has no query parameters, rather than an empty set, when there are none', async () => {
    await server.send('GET', '/record');
    expect(events.at(-1)).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  it('leaves a path parameter percent-encoded, as the gateway does, and the handler decodes it once', async () => {
    await fc.assert(
      fc.asyncProperty(
        text.filter((id) => id !== ''),
        async (id) => {
          const encoded = encodeURIComponent(id);
          await server.send('GET', `/record/${encoded}/`);
          expect(events.at(-1)).toMatchObject({
            resource: '/record/{id}',
            path: `/record/${encoded}/`,
            pathParameters: { id: encoded },
          });
          await server.send('GET', `/things/${encoded}`);
          expect(ids.at(-1)).toBe(id);
        },
      ),
    );
  });

  it('keeps a path parameter that is wrongly percent-encoded as it is', async () => {
    await server.send('GET', '/things/100%zz');
    expect(ids.at(-1)).toBe('100%zz');
  });

  it("keeps the case of the headers' names, all values, and the last value", async () => {
    await server.send('GET', '/record', {
      headers: ['Host', '127.0.0.1', 'X-Trace', 'one', 'X-Trace', 'two', 'x-lower', 'three'],
    });
    expect(events.at(-1)?.headers).toMatchObject({ 'X-Trace': 'two', 'x-lower': 'three' });
    expect(events.at(-1)?.multiValueHeaders).toMatchObject({
      'X-Trace': ['one', 'two'],
      'x-lower': ['three'],
    });
  });

  it('lets a handler find a header however its name is spelled', async () => {
    const spelling = fc.mixedCase(fc.constant('x-trace-id'));
    await fc.assert(
      fc.asyncProperty(spelling, spelling, async (sent, asked) => {
        await server.send('GET', '/record', { headers: { [sent]: 'seven' } });
        const event = events.at(-1);
        expect(event && requestHeader(event, asked)).toBe('seven');
      }),
    );
  });

  it('gives any JSON in UTF-8 to the handler as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (value) => {
        const sent = JSON.stringify(value);
        await server.send('PUT', '/json', { headers: { 'Content-Type': 'application/json' }, body: sent });
        expect(JSON.stringify(bodies.at(-1))).toBe(sent);
      }),
    );
  });

  it('has a multipart body in base64 and any other as text', async () => {
    const body = 'größer';
    await server.send('POST', '/record', {
      headers: { 'content-type': 'Multipart/Form-Data;boundary=x' },
      body,
    });
    expect(events.at(-1)).toMatchObject({
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    });
    await server.send('POST', '/record', { headers: { 'content-type': 'multipart/form-database' }, body });
    expect(events.at(-1)).toMatchObject({ body, isBase64Encoded: false });
    await server.send('POST', '/record', { body });
    expect(events.at(-1)).toMatchObject({ body, isBase64Encoded: false });
  });

  it('loses no byte of a body that is not UTF-8', async () => {
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    await server.send('POST', '/record', { headers: { 'content-type': 'application/json' }, body });
    expect(events.at(-1)).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });

  it('says who asks, by which method, and gives each request an id of its own', async () => {
    await server.send('GET', '/record/7', { headers: { 'User-Agent': 'curl/8' } });
    await server.send('GET', '/record/7', { headers: { 'User-Agent': 'curl/8' } });
    const [first, second] = events.slice(-2);
    expect(first).toMatchObject({
      httpMethod: 'GET',
      requestContext: {
        httpMethod: 'GET',
        path: '/record/7',
        resourcePath: '/record/{id}',
        identity: { sourceIp: '127.0.0.1', userAgent: 'curl/8' },
      },
    });
    expect(first?.requestContext.requestId).not.toBe(second?.requestContext.requestId);
  });
});

describe('an answer becomes a response', () => {
  it('has every byte of a base64 body', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        result = {
          statusCode: 200,
          headers: { 'Content-Type': 'image/png' },
          body: Buffer.from(content).toString('base64'),
          isBase64Encoded: true,
        };
        const reply = await server.send('GET', '/answer');
        expect(reply.bytes.equals(content)).toBe(true);
        expect(reply.headers).toMatchObject({
          'content-type': 'image/png',
          'content-length': String(content.length),
        });
      }),
    );
  });

  it('has a text body in UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        result = { statusCode: 201, body };
        const reply = await server.send('GET', '/answer');
        expect(reply.status).toBe(201);
        expect(reply.bytes.toString()).toBe(body);
      }),
    );
  });

  it('has headers of one value and of several', async () => {
    result = {
      statusCode: 200,
      headers: { 'X-Number': 7, 'X-Text': 'a' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: '',
    };
    const { headers } = await server.send('GET', '/answer');
    expect(headers).toMatchObject({ 'x-number': '7', 'x-text': 'a', 'set-cookie': ['a=1', 'b=2'] });
  });
});
