import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { sample } from '../faces/samples.ts';
import { answer, refusal } from '../suites/api/client.ts';
import { connectOverHttp } from './connections.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';

const pictureMemoryBytes = 256 * 2 ** 20;

function pngChunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** Makes a PNG that takes 11 bytes a pixel, with texts of 1 GB. */
async function hostilePicture(width: number, height: number): Promise<Buffer> {
  const create = { width, height, channels: 4, background: { r: 90, g: 120, b: 60, alpha: 0.5 } } as const;
  const png = await sharp({ create }).toColourspace('rgb16').png({ progressive: true }).toBuffer();
  const text = pngChunk('zTXt', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(50_000_000))]));
  return Buffer.concat([png.subarray(0, 33), ...Array(20).fill(text), png.subarray(33)]);
}

it('hostile pictures take no more memory than they are given, and keep nobody else waiting', async () => {
  await using folder = await temporaryFolder();
  const settings = { PICTURE_MEMORY_BYTES: String(pictureMemoryBytes) };
  await using server = await startServerProcess(folder.path, settings);
  const { send } = connectOverHttp(server.url);
  const detect = (bytes: Buffer, detector_backend = 'mediapipe') =>
    send('POST', '/api/v1/detect/detect-face', {
      headers: { 'content-type': 'application/json' },
      // Its usual detector is the fastest, where the engine is not what is tested.
      body: JSON.stringify({ image: bytes.toString('base64'), detector_backend }),
    });
  const ordinary = Buffer.from((await sample(1)).original);
  const faces = answer(await detect(ordinary), 200, z.array(z.unknown()));
  const idle = await server.process.peakMemory();

  // The engine looks at it in a hundred parts, since nobody is found in it.
  const black = { width: 4608, height: 4096, channels: 3, background: 'black' } as const;
  const large = await sharp({ create: black }).png().toBuffer();
  expect(answer(await detect(large, 'mediapipe+ssd'), 200, z.array(z.unknown()))).toEqual([]);
  expect((await server.process.peakMemory()) - idle).toBeLessThan(1.5 * pictureMemoryBytes);

  const hostile = await hostilePicture(1000, 3000);
  let done = 0;
  const answers = Array.from({ length: 6 }, async () => {
    const reply = await detect(hostile);
    done += 1;
    return reply;
  });
  expect(answer(await detect(ordinary), 200, z.array(z.unknown()))).toEqual(faces);
  expect(done).toBeLessThan(answers.length / 2);
  for (const reply of await Promise.all(answers))
    expect(answer(reply, 200, z.array(z.unknown()))).toEqual([]);
  expect((await server.process.peakMemory()) - idle).toBeLessThan(1.5 * pictureMemoryBytes);

  for (const [width, height] of [
    [1, 40_000],
    [30_000, 2],
  ] as const) {
    const long = await sharp({ create: { width, height, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const [status, detail] = refusal(await detect(long));
    expect([status, detail]).toEqual([413, expect.stringContaining(`${width} x ${height} pixels`)]);
  }
});
