import type { KeptAnswers } from '../answers/port.ts';
import type { AuditTrail } from '../audit/port.ts';
import { type AwsConfig, type Config, ConfigError } from '../config.ts';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { FaceBackend } from '../faces/port.ts';
import { openKeptCollection } from '../faces/rekognition/kept-collection.ts';
import { openRekognition } from '../faces/rekognition/rekognition.ts';
import { claimBucket } from '../images/claim-bucket.ts';
import type { Leftovers } from '../images/leftovers.ts';
import type { ImageDelivery, ImageStore } from '../images/port.ts';
import { openS3Images } from '../images/s3.ts';
import { openS3Delivery } from '../images/s3-delivery.ts';
import { openS3Leftovers } from '../inbox/s3-leftovers.ts';
import { bucketInboxWarnings } from '../inbox/s3-warnings.ts';
import { createInputReader, type InputReader } from '../inputs/read.ts';
import { createS3Forgetter, createS3Reader } from '../inputs/s3.ts';
import { openDynamoAudit } from '../records/dynamodb/audit.ts';
import { openDynamoCollectionsNote } from '../records/dynamodb/collections-note.ts';
import { openDynamoKeptAnswers } from '../records/dynamodb/kept-answers.ts';
import { openDynamoKeptFaces } from '../records/dynamodb/kept-faces.ts';
import { openDynamoRecords } from '../records/dynamodb/records.ts';
import { storeId } from '../records/dynamodb/store-id.ts';
import type { RecordStore } from '../records/port.ts';
import type { Uploads } from '../uploads/port.ts';
import { openS3Uploads } from '../uploads/s3.ts';

/**
 * Adapters of a Lambda function, in place of `adapters.ts`. They are imported statically, not when they are
 * opened: only then can esbuild leave out those that a function does not use.
 */

/**
 * Returns the settings of a deployment.
 * @throws ConfigError when they are not a Lambda function's
 */
function deployed({ aws }: Config): AwsConfig & { readonly tableName: string } {
  const tableName = aws?.tableName;
  if (!aws || tableName === undefined) {
    throw new ConfigError(
      'A Lambda function wants FACE_PROCESSING_BACKEND=aws_rekognition and DYNAMODB_TABLE_NAME.',
    );
  }
  return { ...aws, tableName };
}

export async function openRecords(config: Config): Promise<RecordStore> {
  return openDynamoRecords(deployed(config));
}

/** Opens the records for those who remove pictures: the faces that are kept with them go too. */
export async function openRecordsWithFaces(config: Config): Promise<RecordStore> {
  const aws = deployed(config);
  return openDynamoRecords(aws, openKeptCollection(aws, config.lookBackDays));
}

export async function openAudit(config: Config): Promise<AuditTrail> {
  return openDynamoAudit(deployed(config));
}

export async function openKeptAnswers(config: Config): Promise<KeptAnswers> {
  return openDynamoKeptAnswers(deployed(config));
}

export async function openImages(config: Config): Promise<ImageStore> {
  return openS3Images(deployed(config));
}

export async function openDelivery(config: Config): Promise<ImageDelivery> {
  return openS3Delivery(deployed(config));
}

export async function openFaces(config: Config): Promise<FaceBackend> {
  const { qualityFilter, modelName, distanceMetric, lookBackDays: days } = config;
  const aws = deployed(config);
  const lookBack = { days, records: openDynamoKeptFaces(aws) };
  const collectionsNote = openDynamoCollectionsNote(aws);
  return openRekognition({ ...aws, qualityFilter, modelName, distanceMetric, lookBack, collectionsNote });
}

export async function openInputs(config: Config, uploadsAlone: boolean): Promise<InputReader> {
  const { imageRoot, maxImageBytes } = config;
  const readS3 = createS3Reader({ ...deployed(config), maxImageBytes, uploadsAlone });
  const forgetS3 = createS3Forgetter(deployed(config));
  return createInputReader({ imageRoot, maxImageBytes, readS3, forgetS3 });
}

export async function openUploads(config: Config): Promise<Uploads> {
  return openS3Uploads({ ...deployed(config), maxImageBytes: config.maxImageBytes });
}

export async function openLeftovers(config: Config): Promise<Leftovers> {
  return openS3Leftovers(deployed(config));
}

export async function claimPictures(
  config: Config,
  stores: { readonly records: RecordStore; readonly images: ImageStore },
): Promise<void> {
  const aws = deployed(config);
  await claimBucket(aws, await storeId(aws), stores);
}

export async function runtimeOf(config: Config): Promise<string> {
  return `Rekognition in ${deployed(config).region}`;
}

/** Returns null: the table's stream carries match events, so there are no webhooks. */
export async function webhookStatus(): Promise<WebhookStatus[] | null> {
  return null;
}

export async function inboxWarnings(config: Config): Promise<string[]> {
  return bucketInboxWarnings(deployed(config));
}
