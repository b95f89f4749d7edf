import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, newName, refusal } from '../suites/api/client.ts';
import { findPeople, type People } from '../suites/api/people.ts';
import { connectOverHttp } from './connections.ts';
import { type RunningProcess, startServerProcess, temporaryFolder } from './server-process.ts';

const maxRequestBytes = 600_000;
const maxImageBytes = 350_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningProcess;
let api: ApiClient;
let people: People;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServerProcess(folder.path, {
    DRAW_BOUNDING_BOXES: 'false',
    CROPPED_FACE_PADDING_RATIO: '0',
    BLACKLIST_DB_PATH: join(folder.path, 'listed'),
    PROCESSED_IMAGES_OUTPUT_DIR: join(folder.path, 'seen'),
    CROPPED_FACES_OUTPUT_DIR: join(folder.path, 'faces'),
    MODEL_NAME: 'Dlib',
    DISTANCE_METRIC: 'euclidean',
    MAX_REQUEST_BYTES: String(maxRequestBytes),
    MAX_IMAGE_BYTES: String(maxImageBytes),
    PUBLIC_URL: 'https://faces.example/faces/',
    API_TITLE: 'Door Service',
  });
  api = new ApiClient(connectOverHttp(server.url));
  people = await findPeople();
});
afterAll(async () => {
  await api.close();
  await server[Symbol.asyncDispose]();
  await folder.remove();
});

/** Lists the names of all files below one of the server's folders. */
async function filesIn(name: string): Promise<string[]> {
  const items = await readdir(join(folder.path, name), { recursive: true, withFileTypes: true });
  return items
    .filter((item) => item.isFile() && item.name !== '.face-blacklist-owner')
    .map(({ name }) => name);
}

describe('a server with settings of its own', () => {
  it('draws no boxes when DRAW_BOUNDING_BOXES is false', async () => {
    const result = await api.process(people.stranger);
    expect(result.saved_image_path).toBe(result.original_image_path);
    const files = await filesIn('seen');
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !file.includes('-original.'))).toEqual([]);
  });

  it('crops as CROPPED_FACE_PADDING_RATIO says: with 0, to the box', async () => {
    const { faces, cropped_face_path } = await api.process(people.stranger);
    const crop = await sharp(cropped_face_path ?? '').metadata();
    expect(faces[0]?.facial_area).toMatchObject({ w: crop.width, h: crop.height });
  });

  it('keeps pictures in the folders that it is told', async () => {
    const { reference_image_dir } = await api.list([people.stranger]);
    const { saved_image_path, cropped_face_path } = await api.process(people.stranger);
    expect(reference_image_dir?.startsWith(join(folder.path, 'listed/'))).toBe(true);
    expect(saved_image_path?.startsWith(join(folder.path, 'seen/'))).toBe(true);
    expect(cropped_face_path?.startsWith(join(folder.path, 'faces/'))).toBe(true);
  });

  it('compares by the model and the metric that it is told', async () => {
    const { id } = await api.list([people.stranger]);
    const { faces } = await api.process(people.stranger);
    expect(faces[0]?.blacklist_matches.find(({ entry }) => entry.id === id)).toMatchObject({
      model: 'Dlib',
      similarity_metric: 'euclidean',
      distance: expect.closeTo(0, 2),
      similarity: expect.closeTo(100, 3),
    });
    const health = await api.get('/healthz');
    expect(JSON.parse(health.bytes.toString())).toMatchObject({ model: 'Dlib' });
  });

  it('takes requests of MAX_REQUEST_BYTES, and none larger', async () => {
    const body = (bytes: number) => `{"name": "", "reason": "${'x'.repeat(bytes - 26)}"}`;
    const put = (bytes: number) => {
      const headers = { 'content-type': 'application/json' };
      return api.send('PUT', '/api/v1/blacklist/1', { headers, body: body(bytes) });
    };
    expect((await put(maxRequestBytes)).status).toBe(422);
    const tooLarge = await put(maxRequestBytes + 1);
    expect(refusal(tooLarge)).toEqual([413, expect.stringContaining(String(maxRequestBytes))]);
  });

  it('takes no picture larger than MAX_IMAGE_BYTES', async () => {
    const large = Buffer.concat([people.stranger, Buffer.alloc(maxImageBytes + 1 - people.stranger.length)]);
    const image = large.toString('base64');
    expect(refusal(await api.sendJson('POST', '/api/v1/detect/detect-face', { image }))).toEqual([
      413,
      expect.stringContaining(String(maxImageBytes)),
    ]);
    const { errors } = await api.list([people.stranger, ['large.jpg', large]]);
    expect(errors).toEqual([expect.stringMatching(/^large\.jpg: .*large/)]);
  });

  it('has the title that it is told', async () => {
    const welcome = await api.get('/');
    expect(JSON.parse(welcome.bytes.toString())).toEqual({ message: 'Welcome to the Door Service' });
    const document = JSON.parse((await api.get('/openapi.json')).bytes.toString());
    expect(document.info.title).toBe('Door Service');
    expect(document.servers).toEqual([{ url: 'https://faces.example/faces' }]);
  });

  it('says that it is down while its folder is, when to try again and nothing else, and goes on afterwards', async () => {
    const name = newName();
    const path = join(folder.path, 'listed');
    await rename(path, `${path}-away`);
    await writeFile(path, 'a file where the folder should be');
    for (const reply of [
      await api.get('/healthz'),
      await api.upload('/api/v1/blacklist/', { name }, [people.stranger]),
    ]) {
      expect(refusal(reply)).toEqual([503, 'The image folders are not available.']);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      expect(reply.bytes.toString()).not.toContain(folder.path);
    }
    expect((await api.entries()).map((entry) => entry.name)).not.toContain(name);

    await rm(path);
    await rename(`${path}-away`, path);
    expect((await api.get('/healthz')).status).toBe(200);
    expect(await api.list([people.stranger], { name })).toMatchObject({ name, image_count: 1 });
  });
});
