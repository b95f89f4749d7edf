import { expect, test } from 'vitest';
import { NotAuthenticatedError } from '../../../lib/errors.ts';
import { withContract } from '../../../lib/http/endpoint.ts';
import type { Authorizer } from '../../../local/server/authorizer.ts';
import { plainContract, recordEvents, startServer } from './running-server.ts';

const claims = { sub: 'f0', 'cognito:groups': 'desk,check' };

/** Knows the one token `jane`. */
const authorizer: Authorizer = async ({ headers }) => {
  if (headers.authorization !== 'jane') throw new NotAuthenticatedError();
  return { name: 'jane', role: 'desk', claims };
};

test('with an authorizer, every request wants its token, and a handler gets the claims', async () => {
  const { handler, events } = recordEvents();
  const route = (path: string, isPublic: boolean) =>
    withContract(plainContract('GET', path, isPublic ? { public: true } : {}), handler);
  const routes = [route('/things', false), route('/healthz', true), route('/console/{file}', true)];
  await using server = await startServer(routes, { authorizer });
  const statusOf = async (path: string, authorization?: string) =>
    (await server.send('GET', path, authorization ? { headers: { authorization } } : {})).status;
  for (const path of ['/things', '/healthz']) {
    expect(await statusOf(path), path).toBe(401);
    expect(await statusOf(path, 'john'), path).toBe(401);
  }
  expect(events).toEqual([]);
  expect(await statusOf('/things', 'jane')).toBe(200);
  expect(events.at(-1)?.requestContext.authorizer).toEqual({ claims });
  // Whoever signs in must load the page first.
  expect(await statusOf('/console/index.html')).toBe(200);
});
