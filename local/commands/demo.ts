/**
 * Command: shows the service at work on the sample pictures that face-api ships, over HTTP and on a data
 * folder of its own. It lists the woman in the middle of sample3, then looks for her in sample1 and sample6.
 */
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DetectedFace, DetectedFaceArea, ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { decodePicture } from '../../lib/inputs/decode.ts';
import { cropFace } from '../../lib/processing/render.ts';
import { sampleFolder } from '../models/packages.ts';

/** Share of the face's box that is kept around it. */
const cropMargin = 0.6;

function readSample(name: string): Promise<Buffer> {
  return readFile(join(sampleFolder, name));
}

async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function post<T>(url: string, body: object): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Cuts the middle face out of sample3, and lists it. */
async function listWoman(api: string): Promise<void> {
  const bytes = await readSample('sample3.jpg');
  const faces = await post<DetectedFaceArea[]>(`${api}/detect/detect-face`, {
    image: bytes.toString('base64'),
  });
  const [, middle] = faces.map((face) => face.facial_area).sort((one, other) => one.x - other.x);
  if (!middle) throw new Error('sample3 should show three faces.');
  const crop = await cropFace(await decodePicture(bytes), middle, cropMargin);
  const form = new FormData();
  form.set('name', 'woman in the middle of sample3');
  form.set('images', new Blob([Buffer.from(crop)]), 'sample3-middle.jpg');
  await answerOf(await fetch(`${api}/blacklist/`, { method: 'POST', body: form }));
}

function tableRow(picture: string, { face_index, facial_area, blacklist_matches }: DetectedFace) {
  const [best] = blacklist_matches;
  const { x, y, w, h } = facial_area ?? { x: 0, y: 0, w: 0, h: 0 };
  return {
    picture,
    face: face_index,
    'box (x, y, w, h)': `${x}, ${y}, ${w}, ${h}`,
    'best match': best?.entry.name ?? '-',
    distance: best ? best.distance.toFixed(3) : '-',
    verdict: best ? 'LISTED' : 'not listed',
  };
}

async function show(api: string): Promise<void> {
  await listWoman(api);
  const names = ['sample1.jpg', 'sample6.jpg'];
  const images = (await Promise.all(names.map(readSample))).map((bytes) => bytes.toString('base64'));
  const results = await post<ImageProcessingResult[]>(`${api}/process/process-images`, { images });
  console.table(
    results.flatMap(({ faces }, index) => faces.map((face) => tableRow(names[index] as string, face))),
  );
  console.log(`The annotated picture: ${results[0]?.saved_image_path}`);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'face-blacklist-demo-'));
  const folders = { BLACKLIST_DB_PATH: '', PROCESSED_IMAGES_OUTPUT_DIR: '', CROPPED_FACES_OUTPUT_DIR: '' };
  // These are set before the modules that read them load: nothing of the demonstration may end up in real
  // data.
  Object.assign(process.env, { ...folders, DATA_DIR: folder, LOG_LEVEL: 'warn' });
  const { ports } = await import('../../lib/wiring/open.ts');
  const { createHttpServer, stop } = await import('../server/http-server.ts');
  const { handlers } = await import('../server/handlers.ts');
  const server = createHttpServer({
    routes: handlers,
    apiTokens: [],
    corsOrigins: [],
    maxRequestBytes: 25 * 1024 * 1024,
    emulateGatewayLimits: false,
    listensOnLoopback: true,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await show(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`);
  } finally {
    await stop(server);
    await (await ports()).close();
  }
}

await main();
