import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as docsHandler } from '../../../functions/docs.ts';
import { handler as docsAssetHandler } from '../../../functions/docs-asset.ts';
import { handler as openApiHandler } from '../../../functions/open-api.ts';
import { referenceImage } from '../../../lib/blacklist/reference-image.ts';
import { createProcessUploadContract } from '../../../lib/contract/endpoints/create-process-upload.ts';
import { apiPrefix } from '../../../lib/http/api-prefix.ts';
import { endpoint } from '../../../lib/http/endpoint.ts';
import { requestBase } from '../../../lib/http/origin.ts';
import { createProcessUpload } from '../../../lib/uploads/create-upload.ts';
import { type LocalUploads, openLocalUploads } from '../../../lib/uploads/local.ts';
import { consoleRoutes } from '../../../local/server/console.ts';
import { receiveUploadContract, uploadReceiver } from '../../../local/server/uploads.ts';
import { formOf } from '../../uploads/form.ts';
import { ask, type Nginx, startNginx } from './nginx.ts';
import { plainContract, type RunningServer, startServer } from './running-server.ts';

const picturePath = '/api/v1/blacklist/{id}/images';
const image = { id: 'a', entryId: 7, fileName: 'a.jpg', addedDate: new Date(0) };

function routesOf(uploads: LocalUploads, consoleFolder: string) {
  return [
    docsHandler,
    docsAssetHandler,
    openApiHandler,
    ...consoleRoutes(undefined, consoleFolder),
    endpoint(plainContract('GET', picturePath), async (_input, { event }) =>
      referenceImage(image as never, apiPrefix(event)),
    ),
    endpoint(createProcessUploadContract, ({ body }, { event }) =>
      createProcessUpload({ uploads }, { contentType: body.content_type, origin: requestBase(event) }),
    ),
    { contract: receiveUploadContract, receive: uploadReceiver(uploads) },
  ];
}

let folder: string;
let trusting: RunningServer;
let told: RunningServer;
let plain: RunningServer;
let nginx: Nginx;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxied-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  const routes = routesOf(openLocalUploads({ dataDir: folder, maxImageBytes: 1_000_000 }), folder);
  trusting = await startServer([], {
    routes,
    trustedProxies: ['127.0.0.1'],
    allowedHosts: ['faces.example'],
  });
  const publicUrl = { origin: 'https://public.example', prefix: '/kept' };
  told = await startServer([], { routes, publicUrl });
  plain = await startServer([], { routes });
  nginx = await startNginx(`
    location /faces/ {
      proxy_pass http://127.0.0.1:${trusting.port}/;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Prefix /faces;
    }
    location /own/api/v1/ {
      proxy_pass http://127.0.0.1:${trusting.port}/;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Prefix /own/api/v1;
    }
    location = /bare { proxy_pass http://127.0.0.1:${trusting.port}/; proxy_set_header X-Forwarded-Prefix /bare; }
    location /kept/ { proxy_pass http://127.0.0.1:${told.port}; }
    location /untold/ { proxy_pass http://127.0.0.1:${plain.port}/; }
  `);
});
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]();
  for (const server of [trusting, told, plain]) await server?.stop();
  await rm(folder, { recursive: true });
});

/** Gives the API's address for a client of the proxy. */
function base(scheme: 'http' | 'https', prefix: string): URL {
  return new URL(`${scheme}://faces.example:${nginx.ports[scheme]}${prefix}`);
}

async function statusesOfDocs(root: URL): Promise<number[]> {
  const page = new URL('docs', root);
  const { text } = await ask(page);
  const files = [...text.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(
    ([, path = '']) => new URL(path, page),
  );
  const answers = await Promise.all([...files, new URL('openapi.json', root)].map((url) => ask(url)));
  return answers.map(({ status }) => status);
}

describe.each(['http', 'https'] as const)('behind an nginx with a prefix, by %s', (scheme) => {
  test('the documentation has all its files, and says where the API is', async () => {
    const root = base(scheme, '/faces/');
    expect(await statusesOfDocs(root)).toEqual([200, 200, 200, 200]);
    const { text } = await ask(new URL('openapi.json', root));
    expect(JSON.parse(text).servers).toEqual([{ url: '/faces' }]);
  });

  test('a form leads through it, and takes a picture', async () => {
    const root = base(scheme, '/faces/');
    const asked = await ask(new URL('api/v1/process/uploads', root), { method: 'POST', body: '{}' });
    const upload = JSON.parse(asked.text);
    expect(upload.url).toBe(`${root}api/v1/uploads`);
    const form = new Response(formOf(upload.fields, 'a picture'));
    const sent = await ask(new URL(upload.url), {
      method: 'POST',
      headers: { 'content-type': form.headers.get('content-type') ?? '', origin: root.origin },
      body: await form.bytes(),
    });
    expect([sent.status, sent.text]).toEqual([204, '']);
    expect(await readFile(upload.image, 'utf8')).toBe('a picture');
  });

  test('pictures have its prefix, and a browser is led to the console', async () => {
    const root = base(scheme, '/faces/');
    const { text } = await ask(new URL('api/v1/blacklist/7/images', root));
    expect(JSON.parse(text).url).toBe('/faces/api/v1/blacklist/7/images/a');
    const browser = { headers: { accept: 'text/html' } };
    const led = await ask(root, browser);
    expect(new URL(led.location ?? '', root).pathname).toBe('/faces/console/');
    const slash = await ask(new URL('console', root), browser);
    expect(new URL(slash.location ?? '', new URL('console', root)).pathname).toBe('/faces/console/');
    const bare = await ask(base(scheme, '/bare'), browser);
    expect(new URL(bare.location ?? '', base(scheme, '/bare')).pathname).toBe('/bare/console/');
  });
});

test('a prefix may have the words of our own paths', async () => {
  const root = base('https', '/own/api/v1/');
  const { text } = await ask(new URL('api/v1/process/uploads', root), { method: 'POST', body: '{}' });
  expect(JSON.parse(text).url).toBe(`${root}api/v1/uploads`);
  const pictures = await ask(new URL('api/v1/blacklist/7/images', root));
  expect(JSON.parse(pictures.text).url).toBe('/own/api/v1/api/v1/blacklist/7/images/a');
});

test('a page of another origin may not change anything through it', async () => {
  const url = new URL('api/v1/process/uploads', base('https', '/faces/'));
  const post = (origin: string) => ask(url, { method: 'POST', headers: { origin }, body: '{}' });
  expect((await post('https://elsewhere.example')).status).toBe(403);
  expect((await post(`http://${url.host}`)).status).toBe(403);
  expect((await post(url.origin)).status).toBe(201);
});

test('with PUBLIC_URL, a proxy that tells nothing will do, also one that passes the prefix on', async () => {
  const root = base('http', '/kept/');
  expect(await statusesOfDocs(root)).toEqual([200, 200, 200, 200]);
  const { text } = await ask(new URL('api/v1/process/uploads', root), { method: 'POST', body: '{}' });
  expect(JSON.parse(text).url).toBe('https://public.example/kept/api/v1/uploads');
  const pictures = await ask(new URL('api/v1/blacklist/7/images', root));
  expect(JSON.parse(pictures.text).url).toBe('/kept/api/v1/blacklist/7/images/a');
});

test('without any setting, the pages still find their files', async () => {
  const root = base('http', '/untold/');
  expect(await statusesOfDocs(root)).toEqual([200, 200, 200, 200]);
  const led = await ask(root, { headers: { accept: 'text/html' } });
  expect(new URL(led.location ?? '', root).pathname).toBe('/untold/console/');
});
