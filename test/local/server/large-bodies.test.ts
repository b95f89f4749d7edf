import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { addImagesContract } from '../../../lib/contract/endpoints/add-images.ts';
import { processImagesContract } from '../../../lib/contract/endpoints/process-images.ts';
import { type EndpointHandler, endpoint } from '../../../lib/http/endpoint.ts';
import { readMultipart } from '../../../lib/http/multipart.ts';
import { response } from '../../../lib/http/response.ts';
import { createInputReader, identifierOf } from '../../../lib/inputs/read.ts';
import { type RunningServer, startServer } from './running-server.ts';

const mebibyte = 1024 * 1024;

/** A client in a thread of its own, so that its work does not block the server's thread. */
const client = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { port, path, type, body } = workerData;
  const options = { port, host: '127.0.0.1', path, method: 'POST', headers: { 'Content-Type': type } };
  const request = require('node:http').request(options, (response) => {
    response.resume().on('end', () => parentPort.postMessage(response.statusCode));
  });
  parentPort.once('message', () => request.end(Buffer.from(body.buffer)));
`;

/** Gives the milliseconds that this thread has computed, whatever else the machine does. */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function computing(work: () => unknown): number {
  const before = computed();
  work();
  return computed() - before;
}

/** Watches the event loop until `end`, which returns the longest time that one of its rounds computed. */
function watchRounds(): { end(): number } {
  let longest = 0;
  let last = computed();
  let next: NodeJS.Immediate;
  const look = () => {
    const now = computed();
    longest = Math.max(longest, now - last);
    last = now;
    next = setImmediate(look);
  };
  next = setImmediate(look);
  return {
    end() {
      clearImmediate(next);
      return longest;
    },
  };
}

const inputs = createInputReader({ imageRoot: undefined, maxImageBytes: 20 * mebibyte });
const read: number[] = [];
const lookFor = endpoint(processImagesContract, async ({ body }) => {
  for (const image of body.images) read.push((await inputs.read(image)).length);
  return [];
});
const addImages = endpoint(
  addImagesContract,
  async ({ files }) => {
    read.push(...files.map(({ bytes }) => bytes.length));
    return { message: '', errors: [], possible_duplicates: null };
  },
  readMultipart,
);

/** Every byte is part of a picture's text, or of its file. */
const base64Length = 24_000_000;
const cases = [
  ['a hundred pictures', 200, () => ({ images: Array(100).fill('A'.repeat(base64Length / 100)) })],
  ['one picture', 200, () => ({ images: ['A'.repeat(base64Length)] })],
  ['a name that is too long', 422, () => ({ images: 'A'.repeat(base64Length) })],
  ['too many texts', 422, () => ({ images: Array(10_000).fill('A'.repeat(2400)) })],
  [
    'something else beside a picture',
    200,
    () => ({ images: ['A'.repeat(20_000)], more: 'A'.repeat(base64Length) }),
  ],
] as const;

/** Milliseconds that the same takes at once, on this machine as it is now. */
function atOnce(body: Uint8Array): number {
  return computing(() => {
    const bytes = Buffer.concat([body]);
    try {
      const { images } = JSON.parse(bytes.toString()) as { images: unknown };
      for (const image of [images].flat()) Buffer.from(String(image).replace(/\s/g, ''), 'base64');
    } catch {
      // The server finds this out in the same way, and takes as much time.
    }
  });
}

/**
 * Sends a body, and returns the status, and the longest that the server's thread computed without a break
 * meanwhile.
 */
async function send(
  handler: EndpointHandler,
  { path, type, body }: { path: string; type: string; body: Uint8Array<ArrayBuffer> },
): Promise<{ status: number; longest: number }> {
  await using server = await startServer([handler], { maxRequestBytes: 25 * mebibyte });
  // The first body starts the server's thread, which has nothing to do with its size.
  await server.send('POST', path, { headers: { 'Content-Type': type }, body: ' '.repeat(mebibyte) });
  const worker = new Worker(client, {
    eval: true,
    workerData: { port: server.port, path, type, body },
    transferList: [body.buffer],
  });
  await once(worker, 'online');
  const rounds = watchRounds();
  worker.postMessage('send');
  const [status] = (await once(worker, 'message')) as [number];
  return { status, longest: rounds.end() };
}

test.each([
  ...cases.map(([what, status, make]) => [what, status, () => JSON.stringify(make())] as const),
  ['eight million numbers', 422, () => `{"images":[${'1,'.repeat(8_000_000)}1]}`] as const,
])('JSON of 24 MB with %s does not hold the event loop', async (_what, status, make) => {
  read.length = 0;
  const body = new TextEncoder().encode(make());
  const whole = atOnce(body);
  const sent = await send(lookFor, { path: processImagesContract.path, type: 'application/json', body });
  expect(sent.status).toBe(status);
  if (status === 200) expect(read.length).toBeGreaterThan(0);
  expect(sent.longest, `${sent.longest} ms, of ${whole} ms at once`).toBeLessThan(whole / 2);
});

test('a form of 24 MB does not hold the event loop', async () => {
  read.length = 0;
  const head = '--x\r\nContent-Disposition: form-data; name="images"; filename="a.jpg"\r\n\r\n';
  const body = new TextEncoder().encode(`${head}${'A'.repeat(base64Length)}\r\n--x--\r\n`);
  const whole = computing(() => Buffer.from(Buffer.from(body).toString('base64'), 'base64'));
  const path = addImagesContract.path.replace('{id}', '1');
  const sent = await send(addImages, { path, type: 'multipart/form-data; boundary=x', body });
  expect(sent.status).toBe(200);
  expect(read).toEqual([base64Length]);
  expect(sent.longest, `${sent.longest} ms, of ${whole} ms at once`).toBeLessThan(whole / 2);
});

test('a large body means the same as in an event', async () => {
  const small = createInputReader({ imageRoot: undefined, maxImageBytes: 60_000 });
  const handler = endpoint(processImagesContract, async ({ body }) => {
    const results = body.images.map(async (image) => [
      identifierOf(image),
      await small.read(image).then(
        (bytes) => createHash('sha256').update(bytes).digest('hex'),
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    ]);
    return response({ status: 200, body: JSON.stringify([body.threshold, await Promise.all(results)]) });
  });
  const maxRequestBytes = 25 * mebibyte;
  await using kept = await startServer([handler], { maxRequestBytes });
  await using inEvents = await startServer([handler], { maxRequestBytes, emulateGatewayLimits: true });
  const long = 'AbC_'.repeat(10_000);
  const images = [
    ...[
      long,
      `${long}AA`,
      `${long}A`,
      `${long}=A`,
      `data:;base64,${long}`,
      ` \n${long}`,
      `${long}${long}${long}`,
    ],
    ...[
      `/9j/${long}*`,
      `é${long}`,
      `\ud800${long}`,
      `data:x,${long}`,
      `http://example.com/${long}`,
      `s3://b/${long}`,
    ],
    ...['nothing.jpg', `${' '.repeat(20_000)}nothing.jpg`, ''],
  ];
  const json = (value: unknown) => JSON.stringify(value);
  const bodies: (string | Uint8Array<ArrayBuffer>)[] = [
    json({ images, threshold: '0.3', more: long }),
    `\ufeff${json({ images: images.slice(0, 4) })}`,
    json({ images: [], distance_metric: long.repeat(3) }),
    json({ images: Array(101).fill(long) }),
    json({ images: [long, 7, long] }),
    json([long, long]),
    `${json({ images })},`,
    `{"images": [${'[],'.repeat(30_000)}1]}`,
    Buffer.concat([Buffer.from(`{"images": ["${long}${long}`), Buffer.from([0xff]), Buffer.from('"]}')]),
  ];
  for (const [index, body] of bodies.entries()) {
    const post = async ({ send }: RunningServer, type: string) => {
      const reply = await send('POST', processImagesContract.path, {
        headers: { 'Content-Type': type },
        body,
      });
      return { status: reply.status, text: reply.bytes.toString() };
    };
    const others = index % 3 === 0 ? ['text/plain', 'multipart/form-data; boundary=x'] : [];
    for (const type of ['application/json', ...others]) {
      expect(await post(kept, type)).toEqual(await post(inEvents, type));
    }
  }
});
