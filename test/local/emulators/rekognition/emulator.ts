import { Rekognition as Client, type RekognitionClientConfig } from '@aws-sdk/client-rekognition';
import sharp from 'sharp';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { type RekognitionOptions, startRekognition } from '../../../../local/emulators/rekognition/server.ts';
import { temporaryFolder } from '../../../api/server-process.ts';
import { pictureOfNobody, type SampleNumber, smallSample } from '../../../faces/samples.ts';
import { shapeProblems } from './answer-shapes.ts';

/** An emulator with an empty database of its own, and the real SDK's client for it. */

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Creates a client that tries each call once. */
export function createClient(url: string, config: RekognitionClientConfig = {}): Client {
  return new Client({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1, ...config });
}

/**
 * Checks every answer of every test against the service's own model.
 * @throws Error, which the emulator answers as an internal one
 */
function checkShape(operation: string, answer: object): void {
  const problems = shapeProblems(operation, JSON.parse(JSON.stringify(answer)));
  if (problems.length > 0) throw new Error(`An answer does not fit the model: ${problems.join('; ')}`);
}

export async function startEmulator(options: Partial<RekognitionOptions> = {}) {
  const resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const server = resources.use(
    await startRekognition({ port: 0, dataDir: folder.path, workers: 1, onAnswer: checkShape, ...options }),
  );
  const client = resources.adopt(createClient(server.url), (one) => one.destroy());
  return { server, client, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Gives a sample picture at half its size, as the bytes of a PNG. */
export async function sampleBytes(number: SampleNumber): Promise<Uint8Array> {
  return (await smallSample(number)).original;
}

export async function nobodyBytes(): Promise<Uint8Array> {
  return (await pictureOfNobody()).original;
}

/** Cuts out a part of a picture, given in shares of its width and height. */
export async function part(
  { pixels, width, height }: Picture,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .extract({
      left: Math.round(left * width),
      top: Math.round(top * height),
      width: Math.round((right - left) * width),
      height: Math.round((bottom - top) * height),
    })
    .png()
    .toBuffer();
}

/** Makes a plain picture of that size. */
export async function plainBytes(
  width: number,
  height: number,
  format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png',
): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: '#446688' } })
    .toFormat(format)
    .toBuffer();
}
