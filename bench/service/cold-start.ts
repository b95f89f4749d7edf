/**
 * Command: bundles each function as the stack does, and measures how fast it starts. It measures the bundle's
 * size, its import in a fresh process, and import and first answer together, since the first answer loads the
 * adapters. The stores refuse every request at once.
 *
 * An empty function is measured beside them, in the same run.
 *
 * usage: npm run bench -- cold-start [FUNCTION ...]
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { functionNeeds } from '../../infra/needs.ts';
import { api } from '../../lib/contract/api.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { median } from '../accuracy/measures.ts';

/** Limits for functions that do not decode pictures; of the processor's time. */
const maxBytes = 640 * 1024;
const maxImportMs = 120;
const runs = 7;

const run = promisify(execFile);

interface Timing {
  readonly importMs: number;
  /** Processor's time of the import, which other programs on the machine change less. */
  readonly importCpuMs: number;
  readonly answerMs: number;
  readonly status?: number;
}

async function timesOf(work: () => Promise<Timing>): Promise<Timing> {
  const timings: Timing[] = [];
  for (let count = 0; count < runs; count++) timings.push(await work());
  return {
    importMs: median(timings.map(({ importMs }) => importMs)),
    importCpuMs: median(timings.map(({ importCpuMs }) => importCpuMs)),
    answerMs: median(timings.map(({ answerMs }) => answerMs)),
    ...(timings[0]?.status !== undefined && { status: timings[0].status }),
  };
}

/** Starts a server that stands in for the functions' stores and refuses every request. */
async function startRefusingServer(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end('{"__type":"ValidationException","message":"Nothing is here."}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Makes a request that its contract accepts. */
function eventFor({ method, path, params, body }: Endpoint): string {
  const values: Record<string, string> = { id: '1', asset: 'initializer.js' };
  return JSON.stringify({
    httpMethod: method,
    path,
    headers: { 'Content-Type': 'application/json' },
    pathParameters: params ? values : null,
    queryStringParameters: null,
    body: body?.kind === 'json' ? JSON.stringify(body.example) : null,
    isBase64Encoded: false,
    requestContext: { requestId: 'bench', path },
  });
}

async function measure(bundle: Bundle, event: string | undefined, storeUrl: string): Promise<Timing> {
  const script = resolve(import.meta.dirname, 'import-bundle.ts');
  const { stdout } = await run(process.execPath, [script, bundle.file, ...(event ? [event] : [])], {
    env: {
      FACE_PROCESSING_BACKEND: 'aws_rekognition',
      AWS_REGION: 'eu-west-1',
      AWS_S3_BUCKET_NAME: 'bench',
      DYNAMODB_TABLE_NAME: 'bench',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_ENDPOINT_URL: storeUrl,
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      LOG_LEVEL: 'silent',
    },
  });
  // The function prints its metrics first.
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Timing;
}

async function bareStartMs(): Promise<number> {
  const timings: number[] = [];
  for (let count = 0; count < runs; count++) {
    const started = performance.now();
    await run(process.execPath, ['-e', '']);
    timings.push(performance.now() - started);
  }
  return median(timings);
}

function verdict(withPictures: boolean, bytes: number, importCpuMs: number): string {
  if (withPictures) return 'no goal';
  const missed = [bytes > maxBytes && 'size', importCpuMs > maxImportMs && 'import'].filter(
    (goal) => goal !== false,
  );
  return missed.length === 0 ? 'met' : `MISSED: ${missed.join(', ')}`;
}

async function row(name: string, bundle: Bundle, storeUrl: string): Promise<Record<string, string | number>> {
  const contract = api.find(({ operationId }) => operationId === name);
  const withPictures = functionNeeds[name]?.sharp === true;
  const event = contract && !withPictures ? eventFor(contract) : undefined;
  const { importMs, importCpuMs, answerMs, status } = await timesOf(() => measure(bundle, event, storeUrl));
  return {
    function: name,
    'bundle, KiB': Math.round(bundle.bytes / 1024),
    'import, ms': Math.round(importMs),
    'of the processor': Math.round(importCpuMs),
    'with first answer, ms': event ? Math.round(answerMs) : '-',
    answer: status ?? '-',
    goals: verdict(withPictures, bundle.bytes, importCpuMs),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-bundles-'));
const { server, url } = await startRefusingServer();
try {
  // In Lambda, packages lie beside the bundles.
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const named = process.argv.slice(3);
  const file = join(folder, 'empty.mjs');
  await writeFile(file, 'export const handler = async () => ({ statusCode: 200 });');
  const rows = [await row('(empty)', { file, bytes: 0 } as Bundle, url)];
  for (const [name, bundle] of await bundleFunctions(folder))
    if (named.length === 0 || named.includes(name)) rows.push(await row(name, bundle, url));
  console.table(rows);
  console.log(
    `Node ${process.version}; it starts and ends in ${Math.round(await bareStartMs())} ms with nothing to do.`,
  );
  console.log(
    `Goals, for functions without sharp: ${maxBytes / 1024} KiB, ${maxImportMs} ms of the processor. Medians of ${runs}.`,
  );
} finally {
  server.close();
  await rm(folder, { recursive: true, force: true });
}
