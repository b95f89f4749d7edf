import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayBeOpen } from '../../../local/smoke/connection.ts';
import { lookAtConsole } from '../../../local/smoke/console.ts';
import { type RunningCloud, startSharedCloudProcess } from '../../api/cloud.ts';
import { connectOverHttp } from '../../api/connections.ts';
import { ApiClient } from '../../suites/api/client.ts';
import { runCommandProcess } from './run-command.ts';

const token = 'a-token-for-the-smoke-test';
let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startSharedCloudProcess({ API_TOKENS: token });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const smoke = (
  words: readonly string[],
  settings: Readonly<Record<string, string>> = { SMOKE_TOKEN: token },
) => runCommandProcess('smoke', words, settings);

it('npm run smoke tries every operation of a service, and leaves nothing', async () => {
  const api = new ApiClient(connectOverHttp(cloud.url, token));
  const before = await api.send('GET', '/api/v1/blacklist/');
  const { code, output, errors } = await smoke([cloud.url]);
  expect({ code, errors }, output).toEqual({ code: 0, errors: '' });
  expect(output).toMatch(/^Calls http:\/\/127\.0\.0\.1:\d+\/ with a token\.$/m);
  expect(output).toMatch(/│ 'deleteManyProcessed' +│ 'delete results' +│ '200' +│ '200' +│ \d+ +│ 'yes' +│/);
  expect(output).toMatch(/│ 'getImage' +│ 'fetch a picture' +│ '200 or 302' +│ '302' +│ \d+ +│ 'yes' +│/);
  expect(output).toMatch(/│ 'listEntries' +│ 'come unsigned' +│ '401 or 403' +│ '401' +│ \d+ +│ 'yes' +│/);
  expect(output).toMatch(
    /│ 'console' +│ 'load assets\/index-[^']+\.js' +│ '200' +│ '200' +│ \d+ +│ 'yes' +│/,
  );
  expect(output).toMatch(/│ 'console' +│ 'load config\.json' +│ '200' +│ '200' +│ \d+ +│ 'yes' +│/);
  expect(output).toMatch(/^\d+ steps, 0 not as they should be\.$/m);
  const after = await api.send('GET', '/api/v1/blacklist/');
  expect(after.bytes.toString()).toBe(before.bytes.toString());
  const processed = await api.send('GET', '/api/v1/processed-images/');
  expect(JSON.parse(processed.bytes.toString())).toMatchObject({ total_items: 0 });
  await api.close();
  for (const folder of ['uploads', 'inbox', 'blacklist', 'processed', 'cropped']) {
    expect(await cloud.files.list(`s3://${cloud.environment.AWS_S3_BUCKET_NAME}/${folder}`)).toEqual([]);
  }
});

it('it says what is wrong, also of a service elsewhere that lets in everybody, and still leaves nothing', async () => {
  await cloud.setFaults([{ kind: 'throttle', every: 1, operation: 'SearchFacesByImage' }]);
  await using door = await openDoor();
  // Any address but a loopback one may be somebody else's.
  const { code, output, errors } = await smoke([`http://0.0.0.0:${door.port}`], {});
  await cloud.setFaults([]);
  expect(code, output).toBe(1);
  expect(output).toMatch(/│ 'come unsigned' +│ '401 or 403' +│ '200' +│ \d+ +│ 'NO' +│/);
  expect(errors).toMatch(
    /^listEntries, come unsigned: Anybody may call this service: it runs without authentication\.$/m,
  );
  expect(errors).toMatch(/^verifyEntry, compare with the person: (429|503) instead of 200: /m);
  expect(errors).toMatch(/^Not tried: .*processImages/m);
  const api = new ApiClient(connectOverHttp(cloud.url, token));
  expect((await api.send('GET', '/api/v1/blacklist/')).bytes.toString()).toBe('[]');
  await api.close();
});

/** Starts a door in front of the service that lets in everybody, on all of this machine's addresses. */
async function openDoor(): Promise<AsyncDisposable & { readonly port: number }> {
  const door = createServer((incoming, answer) => {
    const headers = { ...incoming.headers, host: new URL(cloud.url).host, authorization: `Bearer ${token}` };
    const path = new URL(incoming.url ?? '/', cloud.url);
    const passedOn = request(path, { method: incoming.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passedOn.on('error', () => answer.destroy());
    incoming.pipe(passedOn);
  });
  door.listen(0);
  await once(door, 'listening');
  return {
    port: (door.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      door.close();
      door.closeAllConnections();
    },
  };
}

it('a service that lets in everybody is called open on this machine', async () => {
  await using door = await openDoor();
  const open = /│ 'come unsigned' +│ '401 or 403' +│ '200' +│ \d+ +│ 'open' +│/;
  const here = await smoke([`http://127.0.0.1:${door.port}`], {});
  expect(here, here.output).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(open) });
  expect(here.output).toMatch(/^This service runs without authentication: anybody who reaches it /m);
});

describe('the console', () => {
  const html = (body: string) => ({ status: 200, type: 'text/html; charset=utf-8', body });
  const json = (status: number, body: string) => ({ status, type: 'application/json', body });
  const page = html('<link href="./a.css"><script src="./assets/a.js"></script>');
  const css = { status: 200, type: 'text/css', body: 'a{}' };
  const script = { ...css, type: 'text/javascript; charset=utf-8' };
  const whole = { '': page, 'a.css': css, 'assets/a.js': script, 'config.json': json(200, '{}') };

  it.each<[what: string, files: Record<string, typeof css>, seen: unknown]>([
    ['whole', whole, [[], [], [], []]],
    ['not hosted', {}, 'absent'],
    [
      'without its script',
      { ...whole, 'assets/a.js': json(404, '{}') },
      [[], [], ['404 instead of 200: {}'], []],
    ],
    ['with a script of another type', { ...whole, 'assets/a.js': css }, [[], [], [/^It is text\/css, /], []]],
    ['with an empty file', { ...whole, 'a.css': { ...css, body: '' } }, [[], ['It is empty.'], [], []]],
    ['not built', { '': { ...page, status: 404 } }, [[/^404 instead of 200/]]],
    ['in pieces', { '': json(502, '{}') }, [['502 instead of 200: {}']]],
    ['without files', { '': html('<p>Hello.</p>') }, [['It names no files.']]],
  ])('that is %s is told as such', async (_, files, seen) => {
    const server = createServer((incoming, answer) => {
      const name = incoming.url?.replace('/prod/console/', '') ?? '';
      const { status, type, body } = files[name] ?? json(404, '{"detail":"Not Found"}');
      answer.writeHead(status, { 'content-type': type }).end(body);
    }).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const steps = await lookAtConsole(new URL(`http://127.0.0.1:${port}/prod/`));
    server.close();
    server.closeAllConnections();
    const expected = (faults: (string | RegExp)[]) =>
      faults.map((fault) => (typeof fault === 'string' ? fault : expect.stringMatching(fault)));
    if (seen === 'absent') expect(steps).toMatchObject([{ isAbsent: true, status: 404, faults: [] }]);
    else expect(steps.map(({ faults }) => faults)).toEqual((seen as (string | RegExp)[][]).map(expected));
  });

  it('that does not answer is told as such', async () => {
    const [step] = await lookAtConsole(new URL('http://127.0.0.1:1/'));
    expect(step).toMatchObject({
      status: undefined,
      faults: [expect.stringMatching(/^Nothing instead of 200/)],
    });
  });
});

it.each([
  ['http://localhost:8100/', false, true],
  ['http://[::1]:8100/', false, true],
  // Whoever has a token believes that it is asked for.
  ['http://127.0.0.1:8100/', true, false],
  ['http://127.0.0.1.example.com/', false, false],
  ['http://localhost.example.com/', false, false],
  ['http://192.168.0.7:8100/', false, false],
  ['https://a1b2.execute-api.eu-west-1.amazonaws.com/prod/', false, false],
])('%s, called with a token: %s, may let in everybody: %s', (address, hasToken, isRight) => {
  expect(mayBeOpen(new URL(address), hasToken)).toBe(isRight);
});

it('it says so when the service does not let it in', async () => {
  const { code, errors, output } = await smoke([cloud.url], { SMOKE_TOKEN: 'another-token-of-nobody' });
  expect(code).toBe(1);
  expect(output).toMatch(/^It does not know the caller\. Set SMOKE_TOKEN /m);
  expect(errors).toMatch(/^status, look: 401 instead of 200/m);
});

it('wants an address of the web', async () => {
  const usage = { code: 1, errors: expect.stringMatching(/^usage: /) };
  expect(await smoke(['localhost:8000'])).toMatchObject(usage);
});
