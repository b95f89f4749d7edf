import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CameraWatcher } from '../../../lib/cameras/watch.ts';
import { withContract } from '../../../lib/http/endpoint.ts';
import { tokensWarning } from '../../../lib/service/authentication.ts';
import { parseTokenFile, plainTokens, tokenLine } from '../../../lib/service/tokens.ts';
import { cameraRoutes } from '../../../local/server/camera-routes.ts';
import { WatchedTokens } from '../../../local/server/token-file.ts';
import { plainContract, recordEvents, startServer } from './running-server.ts';

const run = promisify(execFile);
const command = join(import.meta.dirname, '../../../local/commands/token.ts');

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  path = join(folder, 'tokens.txt');
});
afterEach(() => rm(folder, { recursive: true }));

function token(...words: string[]) {
  const environment = { ...process.env, API_TOKENS_FILE: path, LOG_LEVEL: 'silent' };
  return run(process.execPath, [command, ...words], { env: environment, cwd: folder });
}

test('a file has names, roles, hashes and comments', () => {
  const lines = [
    '\ufeff# who may',
    '',
    tokenLine('door-3', 'check', 'a'),
    `${tokenLine('Ada', 'desk', 'b')} # the desk`,
  ];
  const { tokens, faults } = parseTokenFile(lines.join('\r\n'));
  expect(faults).toEqual([]);
  expect(tokens.map(({ actor }) => actor)).toEqual([
    { name: 'door-3', role: 'check' },
    { name: 'Ada', role: 'desk' },
  ]);
});

const hash = 'ab'.repeat(32);
test.each([
  ['door-3 check', /line 2: it takes a name, a role and the SHA-256/],
  [`door-3 check ${hash} more`, /line 2: it takes/],
  [`door-3 root ${hash}`, /line 2: the role is one of metrics, check, desk, editor, admin/],
  ['door-3 check hunter2hunter2hunter2', /line 2: the SHA-256 has 64/],
  [`sweep admin ${hash}`, /line 2: the name sweep is the service's own/],
  [`token-1 admin ${hash}`, /line 2: the name token-1 is the service's own/],
  [`dö-or admin ${hash}`, /line 2: a name has 1 to 64/],
  [`LISTED desk ${hash}`, /line 2: another token has the name LISTED/],
  [tokenLine('other', 'desk', 'a'), /line 2: another name has the same token/],
])('the line %j is a fault that repeats no secret', (line, message) => {
  const { faults } = parseTokenFile(`${tokenLine('listed', 'desk', 'a')}\n${line}\n`);
  expect(faults).toEqual([expect.stringMatching(message)]);
  expect(faults[0]).not.toMatch(/hunter2|abab/);
});

test('a token is added, listed, and withdrawn, in a running server too', { timeout: 60_000 }, async () => {
  const first = (await token('add', 'door-3', 'check')).stdout.trim();
  const second = (await token('add', 'Ada', 'admin')).stdout.trim();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).not.toContain(first);
  expect((await token('list')).stdout).toBe('door-3\tcheck\nAda\tadmin\n');

  using namedTokens = new WatchedTokens(path);
  const { handler, events } = recordEvents();
  await using server = await startServer([withContract(plainContract('GET', '/list'), handler)], {
    namedTokens,
  });
  const statusFor = async (bearer: string) =>
    (await server.send('GET', '/list', { headers: { Authorization: `Bearer ${bearer}` } })).status;
  expect([await statusFor(first), await statusFor(second)]).toEqual([200, 200]);
  expect(events[0]?.requestContext.authorizer).toEqual({ principalId: 'door-3', role: 'check' });

  await token('remove', 'door-3');
  process.emit('SIGHUP');
  expect([await statusFor(first), await statusFor(second)]).toEqual([401, 200]);

  await token('remove', 'Ada');
  // The change alone is enough.
  await vi.waitUntil(() => namedTokens.current.length === 0, { timeout: 30_000 });
  // Without any token, the service is shut and not open.
  expect(await statusFor(second)).toBe(401);
});

test.each([
  ['a body', '/list'],
  ['a picture of a camera', '/api/v1/cameras/door/frames'],
])('a token that is withdrawn while %s arrives has nothing done', async (_, address) => {
  const known = plainTokens(['the-right-one-of-all']);
  const namedTokens = { current: known };
  const { handler, events } = recordEvents();
  const taken: Uint8Array[] = [];
  const receive = async (picture: Uint8Array) => void taken.push(picture);
  const watcher = { settings: { name: 'door' }, receive } as unknown as CameraWatcher;
  const routes = [withContract(plainContract('POST', '/list'), handler), ...cameraRoutes([watcher])];
  await using server = await startServer([], { routes, namedTokens });
  const [head, body] = [
    `POST ${address} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n` +
      'Authorization: Bearer the-right-one-of-all\r\nExpect: 100-continue\r\n\r\n',
    '{}',
  ];
  const allowed = await server.connect();
  allowed.write(head + body);
  expect(await allowed.closed()).toMatch(/HTTP\/1.1 20[02] /);

  const lesser = known.map(({ actor, digest }) => ({
    actor: { ...actor, role: 'metrics' as const },
    digest,
  }));
  for (const [left, status] of [
    [lesser, 403],
    [[], 401],
  ] as const) {
    namedTokens.current = known;
    const connection = await server.connect();
    connection.write(head);
    await connection.until('100 Continue');
    namedTokens.current = [...left];
    connection.write(body);
    expect(await connection.closed()).toContain(`HTTP/1.1 ${status} `);
  }
  expect([...events, ...taken]).toHaveLength(1);
});

test('a changed file that is not understood changes nothing', async () => {
  await writeFile(path, `${tokenLine('listed', 'desk', 'a')}\n`);
  using tokens = new WatchedTokens(path);
  await writeFile(path, 'listed\n');
  process.emit('SIGHUP');
  expect(tokens.current.map(({ actor }) => actor.name)).toEqual(['listed']);
  // Whoever looks at the service is warned: a token that was withdrawn by that change still counts.
  expect(tokensWarning()).toMatch(/API_TOKENS_FILE=.*, line 1: it takes a name.* The tokens of before go on/);
  expect(tokensWarning()).not.toContain('\n');
  await writeFile(path, `${tokenLine('listed', 'desk', 'a')}\n`);
  process.emit('SIGHUP');
  expect(tokensWarning()).toBeUndefined();
});

test('a file that is not there, or has a bad line, refuses the start with what is to be done', async () => {
  expect(() => new WatchedTokens(path)).toThrow(
    /API_TOKENS_FILE=.* can't be read \(ENOENT\).*npm run token -- add/,
  );
  await writeFile(path, 'listed desk\n');
  expect(() => new WatchedTokens(path)).toThrow(/API_TOKENS_FILE=.*, line 1: it takes a name/);
});

test.each([
  [['add', 'sweep', 'admin'], /service's own/],
  [['add', 'door', 'root'], /The role is one of metrics/],
  [['add', 'door'], /usage: npm run token/],
  [['remove', 'nobody'], /no token of the name nobody/],
])('npm run token -- %j says what is wrong', async (words, message) => {
  await expect(token(...words)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
});

test('an address that sends wrong tokens has to wait, by the word of a trusted proxy', async () => {
  const { handler } = recordEvents();
  const options = { apiTokens: ['the-right-one-of-all'], trustedProxies: ['127.0.0.1'] };
  await using server = await startServer([withContract(plainContract('GET', '/list'), handler)], options);
  const ask = (client: string, bearer: string) =>
    server.send('GET', '/list', {
      headers: { Authorization: `Bearer ${bearer}`, 'X-Forwarded-For': client },
    });
  for (let index = 0; index < 5; index++) expect((await ask('192.0.2.1', 'wrong')).status).toBe(401);
  const refused = await ask('192.0.2.1', 'the-right-one-of-all');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('192.0.2.2', 'the-right-one-of-all')).status).toBe(200);
});
