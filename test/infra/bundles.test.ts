import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { endpointNeeds, functionNeeds, type Needs, optionalEndpointNeeds } from '../../infra/needs.ts';
import { withPureSchemas } from '../../infra/pure-schemas.ts';
import { ServiceFunction } from '../../infra/service-function.ts';
import { childEnvironment } from '../child-environment.ts';

const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-bundles-'));
await symlink(resolve('node_modules'), join(folder, 'node_modules'));
const bundles = await bundleFunctions(folder);
/** Vitest would transform a bundle that it imports itself. */
const load = createRequire(import.meta.url);
afterAll(() => rm(folder, { recursive: true }));

const clients = {
  table: '@aws-sdk/client-dynamodb',
  bucket: '@aws-sdk/client-s3',
  faces: '@aws-sdk/client-rekognition',
  events: '@aws-sdk/client-eventbridge',
};

/** Lists the AWS clients for what a function may call; its bundle must contain them. */
function clientsFor({
  table,
  audit,
  objects,
  list,
  collection,
  lookBack,
  withoutCollection,
  matchEvents,
}: Needs): string[] {
  return [
    ...(table || audit ? [clients.table] : []),
    ...(objects || list ? [clients.bucket] : []),
    ...(collection || lookBack || withoutCollection ? [clients.faces] : []),
    ...(matchEvents ? [clients.events] : []),
  ];
}

/** Folders with code that only the engine and stores on one machine need. */
const localFolders = ['lib/faces/engine', 'lib/records/sqlite'];
const localFiles = ['lib/wiring/embedded.ts'];
const localPackages = ['@tensorflow/tfjs', 'onnxruntime-node'];
const localOnly = [...localFolders, ...localFiles, ...localPackages];

test('the places that no bundle may hold are there under these names', () => {
  for (const place of [...localFolders, ...localFiles]) expect(existsSync(place), place).toBe(true);
  for (const name of localPackages) expect(existsSync(join('node_modules', name)), name).toBe(true);
});

describe.each(Object.entries({ ...functionNeeds, ...optionalEndpointNeeds }))('%s', (name, needs) => {
  const bundle = bundles.get(name) as Bundle;

  test('carries the adapters that it needs and no others', () => {
    const carried = Object.values(clients).filter((client) => bundle.contents.has(client));
    expect(carried).toEqual(clientsFor(needs));
    const local = [...bundle.contents.keys()].filter((origin) =>
      localOnly.some((place) => origin.includes(place)),
    );
    expect(local).toEqual([]);
  });

  test('starts without anything but itself and what is installed beside it', () => {
    expect(bundle.imports).toEqual(needs.sharp ? ['sharp'] : []);
  });

  if (!needs.sharp)
    test('is 640 KiB at most', () => {
      expect(bundle.bytes).toBeLessThanOrEqual(640 * 1024);
    });

  test('is an ES module with a handler', () => {
    const { handler } = load(bundle.file);
    expect(handler).toBeTypeOf('function');
  });
});

/**
 * Program that imports bundles, each for the first time, and prints what takes long to make: what `Intl` has,
 * patterns with sets of Unicode's, and Node's own clients of HTTP/2 and WebSockets.
 */
const watchImports = `
const made = [];
for (const name of Object.getOwnPropertyNames(Intl).filter((name) => /^[A-Z]/.test(name)))
  Intl[name] = new Proxy(Intl[name], { construct() { made.push('Intl.' + name); return {}; } });
globalThis.RegExp = new Proxy(RegExp, {
  construct(target, [pattern, ...rest]) {
    if (/\\\\p\\{/.test(pattern)) made.push('RegExp ' + pattern);
    return Reflect.construct(target, [pattern, ...rest]);
  },
});
for (const file of process.argv.slice(1)) await import(file);
const clients = process.moduleLoadList.filter((name) => /http2|undici/.test(name));
console.log(JSON.stringify([...made, ...clients]));`;

test('no function makes at its start what takes long, and few requests need', async () => {
  const files = Object.entries({ ...functionNeeds, ...optionalEndpointNeeds }).flatMap(([name, { sharp }]) =>
    sharp ? [] : [bundles.get(name)?.file ?? ''],
  );
  const args = ['--input-type=module', '--eval', watchImports, ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: childEnvironment });
  expect(JSON.parse(stdout)).toEqual([]);
});

test('shapes of operations that no function uses are left out', () => {
  const path = resolve('node_modules/@aws-sdk/client-s3/dist-es/schemas/schemas_0.js');
  const bytes = bundles.get('deleteImage')?.contents.get(clients.bucket) ?? 0;
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(statSync(path).size / 2);
});

test('a shape that is marked is the same, in one line or in several', async () => {
  const source =
    "var a = [1, { ['k']: 2 }];\nexport var b = [3, 0,\n  [a],\n  [() => a, 1]\n];\nexport const c = 5;";
  const marked = withPureSchemas(source);
  expect(marked.match(/@__PURE__/g)).toHaveLength(2);
  const { b, c } = await import(`data:text/javascript,${encodeURIComponent(marked)}`);
  expect([b[2], b[3][0](), c]).toEqual([[[1, { k: 2 }]], [1, { k: 2 }], 5]);
});

describe('what the CDK makes', () => {
  /** Gives the folder of a function's code after the CDK has bundled it. */
  function bundleByCdk(name: string, more: Needs = {}): string {
    const app = new App({ analyticsReporting: false, outdir: join(folder, `${name}.out`) });
    const stack = new Stack(app, 'Bundled');
    const partitionKey = { name: 'pk', type: AttributeType.STRING };
    const resources = {
      table: new Table(stack, 'Table', { partitionKey }),
      bucket: new Bucket(stack, 'Bucket'),
      key: undefined,
      collectionId: 'collection',
      lookBackArn: 'arn:aws:rekognition:eu-west-1:123456789012:collection/collection-look-back',
      keepsUnmatched: false,
      collectionArns: ['arn:aws:rekognition:eu-west-1:123456789012:collection/collection'],
    };
    new ServiceFunction(stack, 'Function', {
      name,
      description: 'Bundled.',
      needs: { swaggerFiles: endpointNeeds[name]?.swaggerFiles ?? [], ...more },
      resources,
      timeout: Duration.seconds(29),
      rekognitionTps: 5,
      corsOrigins: [],
    });
    app.synth();
    const [asset, ...others] = readdirSync(app.outdir).filter((entry) => entry.startsWith('asset.'));
    expect(others).toEqual([]);
    return join(app.outdir, asset ?? '');
  }

  test('is what esbuild makes with the same options, and finds its files where it runs', async () => {
    const code = bundleByCdk('docsAsset');
    expect((await stat(join(code, 'index.mjs'))).size).toBe(bundles.get('docsAsset')?.bytes);
    expect(existsSync(join(code, 'node_modules/swagger-ui-dist/swagger-ui.css'))).toBe(true);
    const { handler } = load(join(code, 'index.mjs')) as {
      handler: (event: object) => Promise<APIGatewayProxyResult>;
    };
    const answer = await handler({
      headers: {},
      pathParameters: { asset: 'swagger-ui.css' },
      requestContext: { requestId: 'test', path: '/docs/swagger-ui.css' },
    });
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('.swagger-ui') });
  });

  test('serves the console as texts, with where to sign in, and with a policy that lets it', async () => {
    vi.stubEnv('FACE_PROCESSING_BACKEND', 'aws_rekognition');
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_S3_BUCKET_NAME', 'pictures');
    vi.stubEnv('CONSOLE_SIGN_IN_URL', 'https://pool.example');
    vi.stubEnv('CONSOLE_CLIENT_ID', 'a-client');
    const code = bundleByCdk('console', { consoleFiles: true });
    const { handler } = load(join(code, 'index.mjs')) as {
      handler: (event: object) => Promise<APIGatewayProxyResult>;
    };
    const ask = (resource: string, path: string, file?: string) =>
      handler({
        ...{ resource, path, headers: {}, pathParameters: file ? { file } : null },
        requestContext: { requestId: 'test', path: `/prod${path}` },
      });
    const page = await ask('/console', '/console/');
    expect(page).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(page.headers?.['Content-Security-Policy']).toContain(
      "connect-src 'self' https://pictures.s3.eu-west-1.amazonaws.com https://s3.eu-west-1.amazonaws.com https://pool.example;",
    );
    const assets = [...page.body.matchAll(/\.\/(assets\/[^"]+)"/g)].map(([, asset]) => asset);
    expect(assets.length).toBeGreaterThanOrEqual(2);
    for (const asset of assets) {
      const answer = await ask('/console/{file+}', `/console/${asset}`, asset);
      expect(answer, asset).toMatchObject({
        statusCode: 200,
        isBase64Encoded: false,
        headers: { 'Cache-Control': 'public, max-age=31536000, immutable' },
      });
    }
    const config = await ask('/console/{file+}', '/console/config.json', 'config.json');
    expect(JSON.parse(config.body)).toEqual({
      api_url: '../',
      sign_in: { url: 'https://pool.example', client_id: 'a-client' },
    });
    const redirect = await ask('/console', '/console');
    expect(redirect).toMatchObject({ statusCode: 308, headers: { Location: 'console/' } });
    expect((await ask('/console/{file+}', '/console/x', '../index.mjs')).statusCode).toBe(404);
    vi.unstubAllEnvs();
  });
});
