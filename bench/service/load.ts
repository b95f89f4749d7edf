/**
 * Command: lists 500 persons, 20 at a time, in the AWS mode on this machine's emulators, while every tenth
 * call to Rekognition is throttled. Then it counts what is in each store.
 *
 * usage: npm run bench -- load
 */
import { paginateListFaces, RekognitionClient } from '@aws-sdk/client-rekognition';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { BlacklistRecord } from '../../lib/contract/shapes.ts';
import { type Cloud, startCloud } from '../../local/emulators/cloud.ts';
import { oneFacePicture } from '../accuracy/pictures.ts';
import { startService } from './service-process.ts';

const persons = 500;
const atOnce = 20;
const throttleEvery = 10;

async function createEntry(url: string, name: string, picture: Buffer): Promise<number> {
  const form = new FormData();
  form.append('name', name);
  form.append('images', new Blob([new Uint8Array(picture)]), 'face.jpg');
  const response = await fetch(`${url}/api/v1/blacklist/`, { method: 'POST', body: form });
  await response.arrayBuffer();
  return response.status;
}

/** Counts how often each value occurs. */
function counts(values: Iterable<string | number>): Record<string, number> {
  const groups = Map.groupBy(values, String);
  return Object.fromEntries([...groups].map(([value, all]) => [value, all.length]));
}

/**
 * Lists the entry of each picture in the bucket and of each face in the collection, so an entry may come
 * several times.
 */
async function storedEntryIds({ environment }: Cloud): Promise<{ pictures: number[]; faces: number[] }> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment;
  const common = {
    region: environment.AWS_REGION ?? '',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  };
  const s3 = new S3Client({ ...common, endpoint: environment.AWS_ENDPOINT_URL_S3 ?? '' });
  const rekognition = new RekognitionClient({
    ...common,
    endpoint: environment.AWS_ENDPOINT_URL_REKOGNITION ?? '',
  });
  const pictures: number[] = [];
  const listing = { Bucket: environment.AWS_S3_BUCKET_NAME, Prefix: 'blacklist/' };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, listing)) {
    pictures.push(...Contents.map(({ Key }) => Number(Key?.split('/')[1])));
  }
  const faces: number[] = [];
  const collection = { CollectionId: environment.AWS_REKOGNITION_COLLECTION_ID };
  for await (const { Faces = [] } of paginateListFaces({ client: rekognition }, collection)) {
    faces.push(...Faces.map(({ ExternalImageId }) => Number(ExternalImageId?.split(':')[0])));
  }
  return { pictures, faces };
}

await using cloud = await startCloud();
const service = await startService({ ...cloud.environment, REKOGNITION_TPS: '1000' });
try {
  cloud.rekognition.faults.set([{ kind: 'throttle', every: throttleEvery }]);
  const picture = await oneFacePicture(250);
  const limit = pLimit(atOnce);
  const started = performance.now();
  const names = Array.from({ length: persons }, (_, index) => `Person ${index}`);
  const statuses = await Promise.all(
    names.map((name) => limit(() => createEntry(service.url, name, picture))),
  );
  const seconds = (performance.now() - started) / 1000;
  const created = names.filter((_, index) => statuses[index] === 201);
  const listed = (await (await fetch(`${service.url}/api/v1/blacklist/`)).json()) as BlacklistRecord[];
  const { pictures, faces } = await storedEntryIds(cloud);
  const shown = new Set(listed.map(({ name }) => name));
  const ids = new Set(listed.map(({ id }) => id));
  const twice = (values: readonly (string | number)[]) => values.length - new Set(values).size;
  console.table({
    'answers by status': JSON.stringify(counts(statuses)),
    'answers other than 201 and 503': statuses.filter((status) => status !== 201 && status !== 503).length,
    'lost: answered 201 and not listed': created.filter((name) => !shown.has(name)).length,
    'listed, and not answered 201': listed.length - created.filter((name) => shown.has(name)).length,
    'doubled: names, pictures, faces': [
      twice(listed.map(({ name }) => name)),
      twice(pictures),
      twice(faces),
    ].join(),
    'listed without a picture, without a face': [pictures, faces]
      .map((stored) => ids.difference(new Set(stored)).size)
      .join(),
    'calls to Rekognition, throttled': `${cloud.rekognition.calls.count()}, ${cloud.rekognition.calls.list().filter(({ error }) => error).length}`,
    seconds: seconds.toFixed(1),
  });
} finally {
  await service.stop();
}
