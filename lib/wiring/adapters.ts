import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { WebhookStatus } from '../events/webhook-status.ts';
import type { FaceBackend } from '../faces/port.ts';
import { deliverBytes, type ImageDelivery, type ImageStore } from '../images/port.ts';
import type { InputReader } from '../inputs/read.ts';
import type { RecordStore } from '../records/port.ts';
import type { Outbox } from '../records/sqlite/outbox.ts';
import type { LocalUploads } from '../uploads/local.ts';
import type { Uploads } from '../uploads/port.ts';
import type { Deepface } from './embedded.ts';
import { once } from './opened.ts';

/**
 * The adapters that the settings ask for. Each is loaded when it is opened, so that a machine in one mode has nothing of the other one in
 * its memory. A Lambda function is bundled with `adapters-lambda.ts` instead, which `#adapters` in package.json stands for there.
 */

/** The adapters of one machine share a database, and are opened together. */
function deepface(config: Config): Promise<Deepface> {
  return once(config, 'deepface', async () => (await import('./embedded.ts')).openDeepface(config));
}

export async function openRecords(config: Config): Promise<RecordStore> {
  if (!config.aws) return (await deepface(config)).records;
  const { region, tableName } = config.aws;
  if (tableName !== undefined) {
    return (await import('../records/dynamodb/records.ts')).openDynamoRecords({ region, tableName });
  }
  const { recordsFile } = await import('../records/sqlite/database.ts');
  return (await import('../records/sqlite/records.ts')).openSqliteFile(recordsFile(config));
}

export async function openImages(config: Config): Promise<ImageStore> {
  if (!config.aws) return (await deepface(config)).images;
  return (await import('../images/s3.ts')).openS3Images(config.aws);
}

export async function openDelivery(config: Config): Promise<ImageDelivery> {
  if (!config.aws) return deliverBytes((await deepface(config)).images);
  return (await import('../images/s3-delivery.ts')).openS3Delivery(config.aws);
}

export async function openFaces(config: Config): Promise<FaceBackend> {
  if (!config.aws) return (await deepface(config)).faces;
  const { openRekognition } = await import('../faces/rekognition/rekognition.ts');
  return openRekognition({ ...config.aws, qualityFilter: config.qualityFilter });
}

export async function openInputs(config: Config): Promise<InputReader> {
  const { imageRoot, maxImageBytes, aws, dataDir } = config;
  const { createInputReader } = await import('../inputs/read.ts');
  if (!aws) return createInputReader({ imageRoot, maxImageBytes, uploadsFolder: join(dataDir, 'uploads') });
  const { createS3Reader } = await import('../inputs/s3.ts');
  return createInputReader({ imageRoot, maxImageBytes, readS3: createS3Reader({ ...aws, maxImageBytes }) });
}

export async function openUploads(config: Config): Promise<Uploads> {
  const { aws, maxImageBytes } = config;
  if (!aws) return localUploads(config);
  return (await import('../uploads/s3.ts')).openS3Uploads({ ...aws, maxImageBytes });
}

/** The uploads of one machine, which its server receives too. */
export function localUploads(config: Config): Promise<LocalUploads> {
  return once(config, 'localUploads', async () =>
    (await import('../uploads/local.ts')).openLocalUploads(config),
  );
}

/** Makes the pictures these records' own. On one machine that is seen to wherever the folders are opened. */
export async function claimPictures(
  config: Config,
  stores: { readonly records: RecordStore; readonly images: ImageStore },
): Promise<void> {
  if (!config.aws) return;
  const { claimBucket } = await import('../images/claim-bucket.ts');
  await claimBucket(config.aws, await recordsId(config), stores);
}

async function recordsId(config: Config): Promise<string> {
  const { region = '', tableName } = config.aws ?? {};
  if (tableName !== undefined) {
    const { storeId } = await import('../records/dynamodb/store-id.ts');
    return storeId({ region, tableName });
  }
  const { openDatabase, recordsFile, storeId } = await import('../records/sqlite/database.ts');
  using database = openDatabase(recordsFile(config));
  return storeId(database);
}

/** What the pictures are compared on, for the first line of the log. */
export async function runtimeOf(config: Config): Promise<string> {
  return config.aws ? `Rekognition in ${config.aws.region}` : (await deepface(config)).runtime;
}

/** What is to be sent to webhooks, on a handle of its own; `undefined` where the table's stream carries match events. */
export async function openOutbox(config: Config): Promise<Outbox | undefined> {
  if (config.aws?.tableName !== undefined) return undefined;
  return once(config, 'outbox', async () => {
    const { openDatabase, recordsFile } = await import('../records/sqlite/database.ts');
    const { Outbox } = await import('../records/sqlite/outbox.ts');
    return new Outbox(openDatabase(recordsFile(config)));
  });
}

/** Of the receivers of match events; null where there are none. */
export async function webhookStatus(config: Config): Promise<WebhookStatus[] | null> {
  const outbox = config.webhooks && (await openOutbox(config));
  return outbox?.status() ?? null;
}
