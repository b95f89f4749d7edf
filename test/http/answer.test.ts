import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineEndpoint } from '../../lib/contract/endpoint.ts';
import {
  AnswerForgottenError,
  BackendUnavailableError,
  BodyTooSlowError,
  CameraConflictError,
  CameraNotFoundError,
  ClientGoneError,
  DiskFullError,
  EntryNotFoundError,
  ErasureNotFoundError,
  ForbiddenError,
  ImageNotFoundError,
  InputTooLargeError,
  InputUnreadableError,
  LastImageError,
  LookBackOffError,
  MethodNotAllowedError,
  NameTakenError,
  NoFaceError,
  NotAuthenticatedError,
  NoUsableImageError,
  ProcessedNotFoundError,
  RequestInProgressError,
  RequestInvalidError,
  RouteNotFoundError,
  ThrottledError,
  UnsupportedFormatError,
  VersionConflictError,
} from '../../lib/errors.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { statusOf } from '../../lib/http/problem.ts';
import { response } from '../../lib/http/response.ts';
import { allowedOrigin, type Reply, startServer } from '../local/server/running-server.ts';

const contract = defineEndpoint({
  operationId: 'answer',
  method: 'GET',
  path: '/answer',
  summary: '',
  tags: [],
  role: 'check',
  success: { status: 201, description: '', schema: z.unknown(), example: null },
  errors: [],
});

/** Gives the client's answer if the use case does this. */
async function replyTo(run: () => unknown, headers: Record<string, string> = {}): Promise<Reply> {
  await using server = await startServer([endpoint(contract, async () => run())]);
  return await server.send('GET', '/answer', { headers });
}

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const problem = { loc: ['body', 'images'], msg: 'Field required', type: 'missing' };
const failures = [
  [new RequestInvalidError([problem]), 422, [problem]],
  [new InputUnreadableError('The picture cannot be read.'), 400, 'The picture cannot be read.'],
  [new NoUsableImageError('No images provided.'), 400, 'No images provided.'],
  [
    new RequestInProgressError(5),
    409,
    'The first request with this Idempotency-Key is still being worked on. Send it again later.',
  ],
  [
    new AnswerForgottenError(),
    410,
    'The first request with this Idempotency-Key was answered, but told of an entry or a picture that was deleted since, or of an entry that nobody matches any more. Nothing was done again.',
  ],
  [new InputTooLargeError('Too large.'), 413, 'Too large.'],
  [new UnsupportedFormatError('Not a picture.'), 415, 'Not a picture.'],
  [new NoFaceError('No face.'), 400, 'No face.'],
  [new EntryNotFoundError(), 404, 'Blacklist entry not found'],
  [new ImageNotFoundError(), 404, 'Reference image not found'],
  [new ProcessedNotFoundError(), 404, 'Processed image not found'],
  [new ErasureNotFoundError(), 404, 'Erasure not found'],
  [new CameraNotFoundError('There is no such camera.'), 404, 'There is no such camera.'],
  [new CameraConflictError('The camera is paused.'), 409, 'The camera is paused.'],
  [
    new LookBackOffError(),
    409,
    'No faces are kept for a look-back: LOOK_BACK_DAYS says for how many days they are to be (in AWS, -c lookBackDays).',
  ],
  [new NameTakenError('Jane Roe'), 409, "Blacklist entry with name 'Jane Roe' already exists."],
  [
    new VersionConflictError({ id: 7, version: 4, updatedBy: 'desk 2', updatedDate: '2026-05-05T18:12Z' }),
    412,
    'Entry 7 was changed by desk 2 at 2026-05-05T18:12Z. It has version 4, not the one that this request is for: ' +
      'read the entry again, and send the request with its present version if it is still wanted.',
  ],
  [
    new LastImageError(),
    409,
    "This is the entry's last reference image: delete the entry instead, or add another image first.",
  ],
  [new NotAuthenticatedError(), 401, 'Not authenticated'],
  [new ForbiddenError('Not from here.'), 403, 'Not from here.'],
  [new RouteNotFoundError(), 404, 'Not Found'],
  [new MethodNotAllowedError(['GET', 'PUT']), 405, 'Method Not Allowed'],
  [new BodyTooSlowError(), 408, expect.stringMatching(/^The body came too slowly/)],
  [new ClientGoneError(), 499, 'The client has gone.'],
  [new ThrottledError('Slow down.', 3), 429, 'Slow down.'],
  [new DiskFullError(), 507, expect.stringMatching(/^The disk is full/)],
  [new BackendUnavailableError('The store is down.', 5), 503, 'The store is down.'],
] as const;

describe('a failure', () => {
  it.each(failures)('%s is answered with %d', async (error, status, detail) => {
    const reply = await replyTo(throwing(error));
    expect(reply.status).toBe(status);
    expect(reply.json()).toMatchObject({ detail });
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  it('of every kind is among those', () => {
    expect(failures.map(([{ code }]) => code).sort()).toEqual(Object.keys(statusOf).sort());
  });

  it('without a usable image has the reasons in its text and as a list', async () => {
    const error = new NoUsableImageError('None of the images can be used.', [
      'a.jpg: no face.',
      'b.txt: no picture.',
    ]);
    expect((await replyTo(throwing(error))).json()).toEqual({
      detail: 'None of the images can be used. a.jpg: no face. b.txt: no picture.',
      errors: ['a.jpg: no face.', 'b.txt: no picture.'],
    });
  });

  it('that passes says when to try again, in whole seconds', async () => {
    const retryAfter = async (error: Error) => (await replyTo(throwing(error))).headers['retry-after'];
    expect(await retryAfter(new ThrottledError('Slow down.', 2.1))).toBe('3');
    expect(await retryAfter(new BackendUnavailableError('Down.', 0))).toBe('1');
    expect(await retryAfter(new EntryNotFoundError())).toBeUndefined();
  });

  it('says how to do better, where a header does', async () => {
    expect((await replyTo(throwing(new NotAuthenticatedError()))).headers['www-authenticate']).toBe('Bearer');
    expect((await replyTo(throwing(new MethodNotAllowedError(['GET', 'PUT'])))).headers.allow).toBe(
      'GET, PUT',
    );
  });

  it.each([
    new TypeError('secret of the house'),
    'a text that was thrown',
    undefined,
    Object.assign(new Error('secret'), { code: 'name_taken' }),
  ])('that is a fault of ours (%s) tells nothing but the id under which the log has it', async (error) => {
    const reply = await replyTo(throwing(error));
    expect(reply.status).toBe(500);
    expect(reply.json()).toEqual({
      detail: 'Internal Server Error',
      request_id: reply.headers['x-request-id'],
    });
  });

  it('to write the answer is a fault of ours too', async () => {
    expect((await replyTo(() => ({ id: 1n }))).status).toBe(500);
  });
});

describe('an answer', () => {
  it("has the contract's status, JSON in UTF-8, and is not kept by caches", async () => {
    const reply = await replyTo(() => ({ name: 'Jürgen 李' }));
    expect([reply.status, reply.json()]).toEqual([201, { name: 'Jürgen 李' }]);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  it('may have a status, headers and bytes of its own', async () => {
    const body = Buffer.from([0, 255, 254]);
    const reply = await replyTo(() =>
      response({
        status: 202,
        headers: { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=60' },
        body: body.toString('base64'),
        isBase64: true,
      }),
    );
    expect([reply.status, reply.bytes]).toEqual([202, body]);
    expect(reply.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'max-age=60' });
  });

  it('that Lambda would not pass on says so', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'any');
    try {
      const reply = await replyTo(() => ({ name: 'x'.repeat(6_291_556) }));
      expect([reply.status, reply.json()]).toEqual([
        413,
        { detail: expect.stringContaining('ask for less') },
      ]);
      expect((await replyTo(() => ({ name: 'x'.repeat(6_000_000) }))).status).toBe(201);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('may be read by pages of the listed origins, also when it is a failure', async () => {
    for (const run of [() => null, throwing(new EntryNotFoundError())]) {
      const listed = await replyTo(run, { origin: allowedOrigin });
      expect(listed.headers).toMatchObject({
        'access-control-allow-origin': allowedOrigin,
        vary: expect.stringMatching(/^Origin\b/),
      });
      const other = await replyTo(run, { origin: 'https://elsewhere.example' });
      expect(other.headers).not.toHaveProperty('access-control-allow-origin');
      expect(other.headers).toMatchObject({ vary: expect.stringMatching(/^Origin\b/) });
    }
  });
});
