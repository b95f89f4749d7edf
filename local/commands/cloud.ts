/**
 * Command: serves the API in the aws_rekognition mode without an AWS account. DynamoDB Local, S3,
 * Rekognition, EventBridge and SQS run on this machine's loopback. All of their data is deleted at the end.
 * usage: npm run cloud
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { MatchEvent, matchEventType } from '../../lib/contract/match-event.ts';
import { roles } from '../../lib/contract/role.ts';
import { inboxPrefix } from '../../lib/inbox/port.ts';
import { log } from '../../lib/log.ts';
import { runCommand } from '../command.ts';
import { type Cloud, type CloudTable, emulatedQueues, startCloud } from '../emulators/cloud.ts';
import '../emulators/gate/name-caller.ts';
import { followTable } from '../emulators/table-stream.ts';
import { startUserPool } from '../emulators/user-pool/server.ts';
import { freePort } from '../free-port.ts';
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

/** Reads from the environment if people are to sign in to the console, as in a stack with one. */
function hasConsole(): boolean {
  return process.env.CLOUD_CONSOLE?.trim().toLowerCase() === 'true';
}

const defaultPort = '8000';

/** A console in front of which people sign in. */
interface SignInConsole {
  /** Settings of the API. */
  readonly settings: Readonly<Record<string, string>>;
  /** Module that the API loads first. */
  readonly preloads: readonly string[];
}

/**
 * Starts a user pool with a user for each role, and tells how to sign in. The pool must know the console's
 * address before there is one, so a port is chosen here.
 */
async function startSignIn(resources: AsyncDisposableStack): Promise<SignInConsole> {
  const { PORT: wanted = defaultPort } = process.env;
  const port = wanted === '0' ? String(await freePort()) : wanted;
  const pageUrl = `http://127.0.0.1:${port}/console/`;
  const password = randomBytes(9).toString('base64url');
  const users = roles.map((role) => ({ email: `${role}@example.com`, password, groups: [role] }));
  const pool = resources.use(await startUserPool({ users, pageUrl }));
  console.log(
    [
      `The console: ${pageUrl}`,
      `Those who may sign in: ${users.map(({ email }) => email).join(', ')}`,
      `The password of each: ${password}`,
      '',
    ].join('\n'),
  );
  return {
    settings: { PORT: port, CONSOLE_SIGN_IN_URL: pool.url, CONSOLE_CLIENT_ID: pool.clientId },
    preloads: [import.meta.resolve('../emulators/user-pool/authorizer.ts')],
  };
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
  sqs.add(emulatedQueues.inbox, { take: (body) => queue.send(JSON.parse(body)) });
  sqs.add(emulatedQueues.inboxDeadLetters, { letters: [] });
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
  sqs.add(emulatedQueues.matchDeadLetters, { letters: [] });
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
  await using resources = new AsyncDisposableStack();
  const { settings, preloads } = hasConsole() ? await startSignIn(resources) : { settings: {}, preloads: [] };
  const modules = [import.meta.resolve('../emulators/gate/name-caller.ts'), ...preloads];
  const api = spawn(
    process.execPath,
    [...modules.flatMap((one) => ['--import', one]), join(import.meta.dirname, '../server/main.ts')],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...settings } },
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
