import { afterAll, beforeAll, describe } from 'vitest';
import { ApiClient } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';
import { routesSuite } from '../suites/api/routes.ts';
import { deepface } from '../suites/api/traits.ts';
import type { Tested } from '../suites/api.ts';
import { connectToHandlers } from './connections.ts';

/**
 * Calls each handler as API Gateway does. `http.test.ts` tests everything else that they promise, through a
 * server that calls them in the same way.
 */
describe('the handlers alone', () => {
  let api: ApiClient | undefined;
  let tested: Tested;
  beforeAll(async () => {
    api = new ApiClient(await connectToHandlers());
    tested = { api, people: await findPeople(), backend: deepface };
  });
  afterAll(() => api?.close());

  // Both spellings of a path lead to the same handler: that is the router's, which the server uses too.
  routesSuite(
    () => tested,
    '/docs',
    ({ path }) => [path],
  );
});
