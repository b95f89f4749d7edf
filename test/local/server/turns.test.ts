import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { RequestAbandonedError } from '../../../local/server/request-body.ts';
import { turns } from '../../../local/server/turns.ts';
import { startHttpServer } from '../../http-server.ts';

test('so many answers are on their way at once, and a client that is gone gives its turn away', async () => {
  const turn = turns(2);
  const begun: string[] = [];
  const responses = new Map<string, ServerResponse>();
  const outcomes: Promise<unknown>[] = [];
  let arrived = () => {};
  const server = await startHttpServer((asked, response) => {
    const name = asked.url ?? '';
    responses.set(name, response);
    outcomes.push(
      turn(response)
        .then(() => begun.push(name))
        .catch((error: unknown) => error),
    );
    arrived();
  });
  const ask = async (name: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    arrived = resolve;
    const client = request(new URL(name, server.url)).on('error', () => {});
    client.end();
    await promise;
    return client;
  };
  const end = async (name: string) => {
    const response = responses.get(name) as ServerResponse;
    const closed = once(response, 'close');
    response.end();
    await closed;
  };
  await ask('/a');
  const gone = await ask('/b');
  const impatient = await ask('/c');
  await ask('/d');
  await Promise.all(outcomes.slice(0, 2));
  expect(begun).toEqual(['/a', '/b']);

  const closed = once(responses.get('/c') as ServerResponse, 'close');
  impatient.destroy();
  await closed;
  await end('/a');
  expect(await outcomes[2]).toBeInstanceOf(RequestAbandonedError);
  await outcomes[3];
  expect(begun).toEqual(['/a', '/b', '/d']);

  await ask('/e');
  gone.destroy();
  await outcomes[4];
  expect(begun).toEqual(['/a', '/b', '/d', '/e']);
  await server.stop();
});
