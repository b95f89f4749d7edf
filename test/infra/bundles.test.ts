import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { endpointNeeds, functionNeeds, type Needs, optionalEndpointNeeds } from '../../infra/needs.ts';
import { withPureSchemas } from '../../infra/pure-schemas.ts';
import { ServiceFunction } from '../../infra/service-function.ts';

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
  function bundleByCdk(name: string): string {
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
      needs: { swaggerFiles: endpointNeeds[name]?.swaggerFiles ?? [] },
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
});
