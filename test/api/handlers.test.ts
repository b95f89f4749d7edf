import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { localActor } from '../../lib/service/actor.ts';
import { ApiClient, answer } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';
import { routesSuite } from '../suites/api/routes.ts';
import { deepface } from '../suites/api/traits.ts';
import type { Tested } from '../suites/api.ts';
import { connectToHandlers, type HandlersConnection } from './connections.ts';

/**
 * Calls each handler as API Gateway does. `http.test.ts` tests everything else that they promise, through a
 * server that calls them in the same way.
 */
describe('the handlers alone', () => {
  let connection: HandlersConnection;
  let api: ApiClient | undefined;
  let tested: Tested;
  beforeAll(async () => {
    connection = await connectToHandlers();
    api = new ApiClient(connection);
    tested = { api, people: await findPeople(), backend: deepface };
  });
  afterAll(() => api?.close());

  // Both spellings of a path lead to the same handler: that is the router's, which the server uses too.
  routesSuite(
    () => tested,
    '/docs',
    ({ path }) => [path],
  );

  it('tell of an earlier answer what the role that its caller has now may see', async () => {
    const { api, people } = tested;
    const { id } = await api.list([people.listed]);
    const suspended = await api.list([people.listedAgain]);
    await api.patch(suspended.id, { suspended: true });
    const body = { images: [people.listed.toString('base64')], candidates: 10, out_of_force: true };
    const key = { 'idempotency-key': randomUUID() };
    const sendAs = async (role: 'editor' | 'check') => {
      connection.actor = { name: 'mary', role };
      const reply = await api.sendJson('POST', '/api/v1/process/process-images', body, key);
      connection.actor = localActor;
      return reply;
    };
    const faceAs = async (role: 'editor' | 'check') => {
      const reply = await sendAs(role);
      const [result] = answer(reply, 200, z.array(ImageProcessingResult));
      return { face: result?.faces[0], isReplayed: 'idempotent-replayed' in reply.headers };
    };
    const first = await faceAs('editor');
    expect(first.face?.out_of_force).toMatchObject([{ entry: { id: suspended.id } }]);
    // Whoever is out of force does not keep the answer from being told again.
    expect(await faceAs('editor')).toEqual({ ...first, isReplayed: true });
    const asGuard = await faceAs('check');
    expect(asGuard).toMatchObject({ isReplayed: true, face: { candidates: null, near_misses: null } });
    expect(asGuard.face?.blacklist_matches).toMatchObject([{ entry: { id } }]);
    expect(asGuard.face).not.toHaveProperty('out_of_force');
    await api.delete(suspended.id);
    expect((await sendAs('editor')).status).toBe(410);
    await api.delete(id);
  });
});
