/**
 * Command: serves the API in the aws_rekognition mode without an AWS account. DynamoDB Local, S3,
 * Rekognition, EventBridge and SQS run on this machine's loopback. All of their data is deleted at the end.
 * usage: npm run cloud
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MatchEvent, matchEventType } from '../../lib/contract/match-event.ts';
import { inboxPrefix } from '../../lib/inbox/port.ts';
import { log } from '../../lib/log.ts';
import { runCommand } from '../command.ts';
import { type Cloud, type CloudTable, deadLetterQueues, startCloud } from '../emulators/cloud.ts';
import '../emulators/gate/name-caller.ts';
import { followTable } from '../emulators/table-stream.ts';
import { runAsFunction } from '../function-runs.ts';
import { createInboxQueue } from '../server/inbox-queue.ts';
import { stopSignal } from '../server/stop-signal.ts';

/**
 * Reads from the environment which table of a running DynamoDB Local to use. Tests share one, because its
 * start takes ten seconds.
 */
function tableOfOthers(): CloudTable | undefined {
  const { CLOUD_DYNAMODB_URL: url, CLOUD_TABLE_NAME: tableName } = process.env;
  return url && tableName ? { url, tableName } : undefined;
}

/** Returns false if `CLOUD_ROLES=false` asks for functions that may do everything. */
function appliesRoles(): boolean {
  return process.env.CLOUD_ROLES?.trim().toLowerCase() !== 'false';
}

/** The emulator has no quota of its own. */
const callsPerSecond = '1000';

function printGuide(environment: Readonly<Record<string, string>>): void {
  const lines = Object.entries(environment)
    .filter(([name]) => !['FACE_PROCESSING_BACKEND', 'AWS_REKOGNITION_COLLECTION_ID'].includes(name))
    .map(([name, value]) => `export ${name}=${value}`);
  console.log(
    [
      'The cloud on this machine. With these lines, the AWS CLI, any SDK and npm run reindex find it from another terminal:',
      '',
      ...lines,
      '',
      'aws s3 ls --recursive s3://$AWS_S3_BUCKET_NAME/',
      'aws dynamodb scan --table-name $DYNAMODB_TABLE_NAME',
      'aws rekognition list-collections',
      '',
    ].join('\n'),
  );
}

/**
 * Runs the function that indexes uploads on S3's own events, as the deployed queue does. Resolves to what
 * ends it.
 */
async function indexUploads({ s3, sqs }: Cloud): Promise<() => Promise<void>> {
  const { handler } = await import('../../functions/index-upload.ts');
  const queue = createInboxQueue((event) => runAsFunction('indexUpload', () => handler(event)));
  const { deadLetters: letters } = queue;
  sqs.add(deadLetterQueues.inbox, { letters, giveBack: (body) => queue.send(JSON.parse(body)) });
  s3.onEvent((event) => {
    const hasUploads = event.Records.some(
      ({ eventName, s3 }) => eventName.startsWith('ObjectCreated:') && s3.object.key.startsWith(inboxPrefix),
    );
    if (hasUploads) queue.send(event);
  });
  return () => queue.close();
}

/**
 * Runs the function that publishes matches on the table's own stream, and logs what arrives. Resolves to what
 * ends it.
 */
async function publishMatches({ eventBridge, sqs, environment }: Cloud): Promise<() => Promise<void>> {
  // The stream is followed without end here, so that nothing is put aside.
  sqs.add(deadLetterQueues.matches, { letters: [] });
  eventBridge.onEvent(({ id, detail, 'detail-type': type }) => {
    if (type !== matchEventType) {
      log().info({ eventId: id }, `event: ${type}`);
      return;
    }
    const { data } = MatchEvent.parse(detail);
    const entryIds = data.entries.map((entry) => entry.id);
    log().info(
      { eventId: id, pictureId: data.picture_id, dbId: data.db_id, entryIds },
      'event: face.matched',
    );
  });
  const { handler } = await import('../../functions/publish-matches.ts');
  const { AWS_REGION: region = '', DYNAMODB_TABLE_NAME: tableName = '' } = environment;
  const endpoint = environment.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  return followTable({ region, tableName, endpoint }, (event) =>
    runAsFunction('publishMatches', () => handler(event)),
  );
}

async function serve(): Promise<void> {
  let isStopped = false;
  const stop = stopSignal().then(() => {
    isStopped = true;
  });
  await using cloud = await startCloud(tableOfOthers(), appliesRoles());
  if (isStopped) return;
  const environment = { ...cloud.environment, AWS_DEFAULT_REGION: cloud.environment.AWS_REGION ?? '' };
  printGuide(environment);
  // The functions read their settings at their first call. The API is a child of this process, and reads the
  // same.
  Object.assign(process.env, { REKOGNITION_TPS: callsPerSecond, ...process.env }, environment);
  const stopIndexing = await indexUploads(cloud);
  const stopPublishing = await publishMatches(cloud);
  const server = [join(import.meta.dirname, '../server/main.ts')];
  const api = spawn(
    process.execPath,
    ['--import', import.meta.resolve('../emulators/gate/name-caller.ts'), ...server],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const ended = once(api, 'exit');
  await Promise.race([stop, ended]);
  api.kill('SIGTERM');
  const [code] = await ended;
  await stopIndexing();
  await stopPublishing();
  if (code !== 0) process.exitCode = 1;
}

await runCommand(serve);
