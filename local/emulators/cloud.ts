import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDb } from './dynamodb.ts';
import { createTable, deleteTable } from './dynamodb-table.ts';
import { type EventBridgeEmulator, startEventBridge } from './event-bridge.ts';
import type { ServiceName } from './gate/answers.ts';
import { type Gate, startGate } from './gate/gate.ts';
import { synthesizeRoles } from './gate/roles.ts';
import { type Rekognition, startRekognition } from './rekognition/server.ts';
import { parseConsistencyMs } from './rekognition/settings.ts';
import { type S3Emulator, startS3Emulator } from './s3.ts';
import { type SqsEmulator, startSqs } from './sqs.ts';

/** Emulators of all services that the `aws_rekognition` mode needs, on this machine's loopback. */
export interface Cloud extends AsyncDisposable {
  readonly s3: S3Emulator;
  readonly rekognition: Rekognition;
  readonly eventBridge: EventBridgeEmulator;
  /** Proxies in front of them, which apply the functions' roles and fail when told to. */
  readonly gates: Readonly<Record<ServiceName, Gate>>;
  /** Queues, by the names in `emulatedQueues`. */
  readonly sqs: SqsEmulator;
  /** Settings with which the API, the AWS SDK and the AWS CLI find everything. */
  readonly environment: Readonly<Record<string, string>>;
}

const region = 'us-east-1';
const bucket = 'face-blacklist';
const ownTable = 'face-blacklist';
const collectionId = 'face-blacklist';

/** Names of the queues. */
export const emulatedQueues = {
  inbox: 'inbox',
  inboxDeadLetters: 'inbox-dead-letters',
  matchDeadLetters: 'match-dead-letters',
} as const;

/** A table in a DynamoDB Local that somebody else has started. */
export interface CloudTable {
  /** Such as `http://127.0.0.1:4567`. */
  readonly url: string;
  readonly tableName: string;
  /** False for one that nobody follows; true by default. */
  readonly hasStream?: boolean;
}

/**
 * Starts DynamoDB Local, S3, Rekognition, EventBridge and SQS on free ports, with an empty bucket and an
 * empty table. Their data is deleted with them.
 * @param table made if it is absent; without it, DynamoDB Local is started too
 * @param appliesRoles refuses what a function's role in the synthesized template does not allow
 * @throws ConfigError when Java is missing.
 */
export async function startCloud(table?: CloudTable, appliesRoles = false): Promise<Cloud> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await mkdtempDisposable(join(tmpdir(), 'face-blacklist-cloud-')));
  const tableName = table?.tableName ?? ownTable;
  const queues = { InboxDeadLetters: emulatedQueues.inboxDeadLetters };
  const names = { region, bucket, table: tableName, collection: collectionId, queues };
  // Both take seconds.
  const [roles, dynamodb] = await Promise.all([
    appliesRoles ? synthesizeRoles(names) : undefined,
    table ?? startDynamoDb().then((started) => resources.use(started)),
  ]);
  const services = await startServices(resources, folder.path);
  const { s3, rekognition, eventBridge, sqs } = services;
  const gate = async (service: ServiceName, target: string) =>
    resources.use(await startGate({ service, target, roles }));
  const gates = {
    s3: await gate('s3', s3.url),
    dynamodb: await gate('dynamodb', dynamodb.url),
    rekognition: await gate('rekognition', rekognition.url),
    events: await gate('events', eventBridge.url),
    sqs: await gate('sqs', sqs.url),
  };
  const local = { region, tableName, endpoint: dynamodb.url, hasStream: table?.hasStream ?? true };
  await createTable(local);
  if (table) resources.defer(() => deleteTable(local));
  const opened = resources.move();
  return {
    ...services,
    gates,
    environment: { ...s3.environment, ...environmentOf(gates, sqs), DYNAMODB_TABLE_NAME: tableName },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

type Services = Pick<Cloud, 's3' | 'rekognition' | 'eventBridge' | 'sqs'>;

async function startServices(resources: AsyncDisposableStack, folder: string): Promise<Services> {
  const s3 = resources.use(
    await startS3Emulator({ buckets: [bucket], directory: join(folder, 's3'), versioned: true }),
  );
  const rekognition = resources.use(
    await startRekognition({
      port: 0,
      dataDir: join(folder, 'rekognition'),
      workers: 1,
      s3Endpoint: s3.url,
      consistencyMs: parseConsistencyMs(process.env),
    }),
  );
  const eventBridge = resources.use(await startEventBridge());
  const sqs = resources.use(await startSqs());
  return { s3, rekognition, eventBridge, sqs };
}

function environmentOf(gates: Cloud['gates'], sqs: SqsEmulator): Record<string, string> {
  // The SDK sends calls to the host of a queue's URL.
  const urlOf = (queue: string) => gates.sqs.url + sqs.pathOf(queue);
  return {
    AWS_REGION: region,
    AWS_ENDPOINT_URL_S3: gates.s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: gates.dynamodb.url,
    AWS_ENDPOINT_URL_REKOGNITION: gates.rekognition.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: gates.events.url,
    AWS_ENDPOINT_URL_SQS: gates.sqs.url,
    INBOX_QUEUE_URL: urlOf(emulatedQueues.inbox),
    INBOX_DEAD_LETTERS_URL: urlOf(emulatedQueues.inboxDeadLetters),
    MATCH_DEAD_LETTERS_URL: urlOf(emulatedQueues.matchDeadLetters),
    FACE_PROCESSING_BACKEND: 'aws_rekognition',
    AWS_REKOGNITION_COLLECTION_ID: collectionId,
    AWS_S3_BUCKET_NAME: bucket,
  };
}
