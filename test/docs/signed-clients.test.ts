import { execFile, execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../api/server-process.ts';
import { startHttpServer } from '../http-server.ts';

/*
 * Runs the clients of docs/signed-clients.md, as they stand, against a server that checks signatures as API
 * Gateway does: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */

const keys = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'a-token/of+a-session==',
  AWS_REGION: 'eu-west-1',
};
const picture = Buffer.from([0xff, 0xd8, 0, 13, 10, 0x2d, 0x2d, 255, 1]);

const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest();

/** Tells if a request's signature is that of its method, path, signed headers and body. */
function isSigned({ method, url = '', headers }: IncomingMessage, body: Uint8Array): boolean {
  const [, day = '', scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\d{8})(\/[\w/-]+), ?SignedHeaders=([\w;-]+), ?Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const signed = names.split(';');
  if (!signed.includes('host') || headers['x-amz-security-token'] !== keys.AWS_SESSION_TOKEN) return false;
  const lines = signed.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const [path = '', query = ''] = url.split('?');
  const canonical = [method, path, query, lines, names, hash(body)].join('\n');
  const date = String(headers['x-amz-date']);
  const text = ['AWS4-HMAC-SHA256', date, `${day}${scope}`, hash(canonical)].join('\n');
  const key = ['eu-west-1', 'execute-api', 'aws4_request'].reduce<Uint8Array>(
    (key, part) => hmac(key, part),
    hmac(`AWS4${keys.AWS_SECRET_ACCESS_KEY}`, day),
  );
  return scope === '/eu-west-1/execute-api/aws4_request' && hmac(key, text).toString('hex') === signature;
}

const resources = new AsyncDisposableStack();
let folder: string;
let url: string;
let received: { path: string | undefined; isSigned: boolean; type: string; body: Buffer }[] = [];

beforeAll(async () => {
  folder = resources.use(await temporaryFolder()).path;
  const server = await startHttpServer(async (request, response) => {
    const body = await buffer(request);
    const signed = isSigned(request, body);
    const type = String(request.headers['content-type']);
    received.push({ path: request.url, isSigned: signed, type, body });
    response.writeHead(signed ? 201 : 403).end(signed ? '{"id":1}' : '{"message":"Forbidden"}');
  });
  resources.use(server);
  url = server.url;
  await writeFile(join(folder, 'jane.jpg'), picture);
});
afterAll(() => resources.disposeAsync());
beforeEach(() => {
  received = [];
});

/** Reads the page's program in a language. */
async function program(language: string): Promise<string> {
  const text = await readFile('docs/signed-clients.md', 'utf8');
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
}

async function run(command: string, ...options: string[]): Promise<string> {
  const more = { NAME: 'Jane Roe', PICTURE: join(folder, 'jane.jpg'), API_URL: `${url}/prod/` };
  const env = { PATH: process.env.PATH, HOME: folder, ...keys, ...more };
  return (await promisify(execFile)(command, options, { env })).stdout;
}

/** Expects one signed request with the form. */
async function expectPerson(): Promise<void> {
  expect(received).toMatchObject([{ path: '/prod/api/v1/blacklist/', isSigned: true }]);
  const [{ body = Buffer.alloc(0), type = '' } = {}] = received;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  expect(form.get('name')).toBe('Jane Roe');
  const [file] = form.getAll('images');
  expect(file instanceof File && Buffer.from(await file.arrayBuffer())).toEqual(picture);
}

test('curl signs the form in a file', async () => {
  expect(await run('bash', '-c', await program('sh'))).toBe('{"id":1}');
  await expectPerson();
});

test('the client for Node signs the form', async () => {
  // The package is found from the folder of the repository.
  const path = join(import.meta.dirname, `.signed-client-${process.pid}.mjs`);
  await writeFile(path, await program('js'));
  resources.defer(async () => (await import('node:fs/promises')).rm(path, { force: true }));
  expect(await run(process.execPath, path, 'Jane Roe', join(folder, 'jane.jpg'))).toBe('201 {"id":1}\n');
  await expectPerson();
});

const hasBotocore = (() => {
  try {
    execFileSync('python3', ['-c', 'import botocore, requests'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasBotocore)('the client for Python signs the form', async () => {
  const path = join(folder, 'client.py');
  await writeFile(path, await program('python'));
  expect(await run('python3', path, 'Jane Roe', join(folder, 'jane.jpg'))).toBe('201 {"id":1}\n');
  await expectPerson();
});
