import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDb } from './dynamodb.ts';
import { createTable } from './dynamodb-table.ts';
import { type EventBridgeEmulator, startEventBridge } from './event-bridge.ts';
import { type Rekognition, startRekognition } from './rekognition/server.ts';
import { parseConsistencyMs } from './rekognition/settings.ts';
import { type S3Emulator, startS3Emulator } from './s3.ts';

/** Emulators of all services that the `aws_rekognition` mode needs, on this machine's loopback. */
export interface Cloud extends AsyncDisposable {
  readonly s3: S3Emulator;
  readonly rekognition: Rekognition;
  readonly eventBridge: EventBridgeEmulator;
  /** Settings with which the API, the AWS SDK and the AWS CLI find everything. */
  readonly environment: Readonly<Record<string, string>>;
}

const region = 'us-east-1';
const bucket = 'face-blacklist';
const ownTable = 'face-blacklist';
const collectionId = 'face-blacklist';

/** A table in a DynamoDB Local that somebody else has started. */
export interface CloudTable {
  /** Such as `http://127.0.0.1:4567`. */
  readonly url: string;
  readonly tableName: string;
}

/**
 * Starts DynamoDB Local, S3, Rekognition and EventBridge on free ports, with an empty bucket and an empty
 * table. Their data is deleted with them, except for a given table.
 * @param table made if it is absent; without it, DynamoDB Local is started too
 * @throws ConfigError when Java is missing.
 */
export async function startCloud(table?: CloudTable): Promise<Cloud> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await mkdtempDisposable(join(tmpdir(), 'face-blacklist-cloud-')));
  const dynamodb = table ?? resources.use(await startDynamoDb());
  const tableName = table?.tableName ?? ownTable;
  const s3 = resources.use(
    await startS3Emulator({ buckets: [bucket], directory: join(folder.path, 's3'), versioned: true }),
  );
  const rekognition = resources.use(
    await startRekognition({
      port: 0,
      dataDir: join(folder.path, 'rekognition'),
      workers: 1,
      s3Endpoint: s3.url,
      consistencyMs: parseConsistencyMs(process.env),
    }),
  );
  const eventBridge = resources.use(await startEventBridge());
  const environment = {
    AWS_REGION: region,
    ...s3.environment,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_REKOGNITION: rekognition.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
    FACE_PROCESSING_BACKEND: 'aws_rekognition',
    AWS_REKOGNITION_COLLECTION_ID: collectionId,
    AWS_S3_BUCKET_NAME: bucket,
    DYNAMODB_TABLE_NAME: tableName,
  };
  await createTable({ region, tableName, endpoint: dynamodb.url });
  const opened = resources.move();
  return { s3, rekognition, eventBridge, environment, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
