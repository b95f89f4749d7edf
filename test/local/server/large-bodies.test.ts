import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { processImagesContract } from '../../../lib/contract/endpoints/process-images.ts';
import { endpoint } from '../../../lib/http/endpoint.ts';
import { createInputReader } from '../../../lib/inputs/read.ts';
import { startServer } from './running-server.ts';

const mebibyte = 1024 * 1024;

/** A client in a thread of its own, so that its work does not block the server's thread. */
const client = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { port, path, body } = workerData;
  const options = { port, host: '127.0.0.1', path, method: 'POST', headers: { 'Content-Type': 'application/json' } };
  const request = require('node:http').request(options, (response) => {
    response.resume().on('end', () => parentPort.postMessage(response.statusCode));
  });
  request.end(Buffer.from(body));
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

test.each([
  [
    'a hundred pictures',
    () => JSON.stringify({ images: Array(100).fill(Buffer.alloc(120_000).toString('base64')) }),
    200,
  ],
  ['eight million numbers', () => `{"images":[${'1,'.repeat(8_000_000)}1]}`, 422],
])('a body with %s does not hold the event loop', async (_what, make, status) => {
  const inputs = createInputReader({ imageRoot: undefined, maxImageBytes: 15 * mebibyte });
  const read: number[] = [];
  const handler = endpoint(processImagesContract, async ({ body }) => {
    for (const image of body.images) read.push((await inputs.read(image)).length);
    return [];
  });
  await using server = await startServer([handler], {
    maxRequestBytes: 25 * mebibyte,
  });
  const body = new TextEncoder().encode(make());
  const atOnce = computing(() => {
    const bytes = Buffer.concat([body]);
    try {
      const { images } = JSON.parse(bytes.toString()) as { images: unknown[] };
      for (const image of images) Buffer.from(String(image).replace(/\s/g, ''), 'base64');
    } catch {
      // The server finds this out in the same way, and takes as much time.
    }
  });
  const rounds = watchRounds();
  const worker = new Worker(client, {
    eval: true,
    workerData: { port: server.port, path: processImagesContract.path, body },
  });
  expect(await once(worker, 'message')).toEqual([status]);
  const longest = rounds.end();
  if (status === 200) expect(read.length).toBeGreaterThan(0);
  expect(longest, `${longest} ms, of ${atOnce} ms at once`).toBeLessThan(atOnce / 2);
});
