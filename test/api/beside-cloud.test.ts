import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { childEnvironment } from '../child-environment.ts';
import { runCommandProcess } from '../local/commands/run-command.ts';
import { ApiClient } from '../suites/api/client.ts';
import { findPeople, type People } from '../suites/api/people.ts';
import { type RunningCloud, startSharedCloudProcess } from './cloud.ts';
import { connectOverHttp } from './connections.ts';
import { pictureOfNothing } from './pictures.ts';
import { type LogLine, temporaryFolder } from './server-process.ts';

/** Programs beside the API on one `npm run cloud`: commands for its events, and functions as in Lambda. */

const run = promisify(execFile);
const resources = new AsyncDisposableStack();
let cloud: RunningCloud;
let api: ApiClient;
let folder: string;
let people: People;
let entryId: number;
/** A picture in which the listed person was found, and the line of its event. */
let found: ImageProcessingResult;
let event: LogLine;

beforeAll(async () => {
  // In a table beside those of other tests, DynamoDB Local may refuse to read a stream from its beginning.
  cloud = resources.use(await startSharedCloudProcess());
  folder = resources.use(await temporaryFolder()).path;
});
beforeAll(async () => {
  api = new ApiClient(connectOverHttp(cloud.url));
  people = await findPeople();
  ({ id: entryId } = await api.list([people.listed]));
  found = await api.process(people.listed);
  event = await cloud.process.line(({ msg }) => msg === 'event: face.matched');
});
afterAll(() => resources.disposeAsync());

it('npm run cloud logs an event for a picture in which somebody is found', () => {
  expect(event).toMatchObject({ dbId: found.db_id, entryIds: [entryId], eventId: expect.any(String) });
  expect(found.original_image_path).toContain(String(event.pictureId));
});

it('npm run redrive publishes again what a dead letter is about, and nothing of another time', async () => {
  const { environment } = cloud;
  const time = String(found.processing_timestamp);
  using sqs = new Letters(environment);
  const redrive = () => runCommandProcess('redrive', ['matches'], environment);

  await sqs.send(letterOf(new Date(Date.parse(time) - 3_600_000)));
  expect(await redrive()).toMatchObject({ code: 0, output: 'matches: 0 events published, for 1 letters\n' });

  await sqs.send(letterOf(new Date(time)));
  const { code, output } = await redrive();
  expect([code, output]).toEqual([0, 'matches: 1 events published, for 1 letters\n']);
  const again = await cloud.process.line(
    ({ msg, eventId }) => msg === 'event: face.matched' && eventId !== event.eventId,
  );
  expect(again).toMatchObject({ pictureId: event.pictureId, dbId: found.db_id, entryIds: [entryId] });
  expect(await redrive()).toMatchObject({ output: 'matches: 0 events published, for 0 letters\n' });

  await sqs.send('{"detail":{}}');
  expect(await redrive()).toMatchObject({ code: 1, errors: '1 letters are of no stream; they stay.\n' });
});

/** Sends dead letters as the event source of the table's stream does. */
class Letters {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(environment: RunningCloud['environment']) {
    const {
      AWS_REGION,
      AWS_ENDPOINT_URL_SQS,
      AWS_ACCESS_KEY_ID = '',
      AWS_SECRET_ACCESS_KEY = '',
    } = environment;
    this.#url = environment.MATCH_DEAD_LETTERS_URL ?? '';
    this.#client = new SQSClient({
      region: AWS_REGION ?? '',
      endpoint: AWS_ENDPOINT_URL_SQS ?? '',
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    });
  }

  async send(body: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody: body }));
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}

function letterOf(arrival: Date): string {
  const time = arrival.toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001',
      startSequenceNumber: '1',
      endSequenceNumber: '1',
      approximateArrivalOfFirstRecord: time,
      approximateArrivalOfLastRecord: time,
      batchSize: 1,
    },
  });
}

/**
 * Returns the lines that a deployed function's instance writes while it answers these events: metrics, and
 * others.
 */
async function linesOf(name: string, events: readonly object[]) {
  const file = (await bundleFunctions(folder, [name])).get(name)?.file ?? '';
  await symlink(resolve('node_modules'), join(folder, name, 'node_modules')).catch(() => {});
  const eventsFile = join(folder, 'events.json');
  await writeFile(eventsFile, JSON.stringify(events));
  const program = join(import.meta.dirname, 'lambda-run.ts');
  const { stdout, stderr } = await run(process.execPath, [program, file, eventsFile], {
    env: {
      ...childEnvironment,
      ...cloud.environment,
      FACE_PROCESSING_BACKEND: 'aws_rekognition',
      AWS_LAMBDA_FUNCTION_NAME: name,
      POWERTOOLS_SERVICE_NAME: 'FaceBlacklist',
      REKOGNITION_TPS: '1000',
    },
  });
  const lines: Record<string, unknown>[] = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return {
    statuses: stderr.trim().split('\n').map(Number),
    metrics: lines.filter((line) => '_aws' in line),
    log: lines.filter((line) => !('_aws' in line)),
  };
}

function eventOf(method: string, path: string, body?: object) {
  return {
    httpMethod: method,
    path,
    headers: { 'Content-Type': 'application/json' },
    pathParameters: null,
    queryStringParameters: null,
    body: body ? JSON.stringify(body) : null,
    isBase64Encoded: false,
    requestContext: { requestId: 'test', path, identity: { userArn: 'arn:aws:iam::123456789012:user/jane' } },
  };
}

/** Lists the names and units that a line declares to CloudWatch, and its dimensions. */
function declared(line: Record<string, unknown> | undefined) {
  const { CloudWatchMetrics } = (line?._aws ?? {}) as {
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string; Unit: string }[];
    }[];
  };
  const [all, ...others] = CloudWatchMetrics;
  expect(others).toEqual([]);
  return {
    namespace: all?.Namespace,
    dimensions: all?.Dimensions,
    units: Object.fromEntries(all?.Metrics.map(({ Name, Unit }) => [Name, Unit]) ?? []),
  };
}

describe("a function's metrics", () => {
  it('are one line for each request, in the embedded format: pictures, faces, matches, calls to Rekognition', async () => {
    await cloud.setFaults([{ kind: 'throttle', every: 3, times: 1 }]);
    const images = [people.group, await pictureOfNothing()].map((picture) => picture.toString('base64'));
    const path = '/api/v1/process/process-images';
    const { statuses, metrics, log } = await linesOf('processImages', [
      eventOf('POST', path, { images }),
      eventOf('POST', path, { images: [5] }),
    ]);
    await cloud.setFaults([]);
    expect(statuses).toEqual([200, 422]);
    expect(log.map(({ status }) => status)).toEqual([200, 422]);
    expect(metrics).toHaveLength(2);
    const [first, second] = metrics;
    expect(declared(first)).toEqual({
      namespace: 'FaceBlacklist',
      dimensions: [['service', 'operation']],
      units: {
        Pictures: 'Count',
        Faces: 'Count',
        Matches: 'Count',
        RekognitionCalls: 'Count',
        RekognitionThrottles: 'Count',
        ColdStarts: 'Count',
        Latency: 'Milliseconds',
      },
    });
    // Three people take DetectFaces and a search each. The wall takes one of each, and one call is repeated.
    expect(first).toMatchObject({
      service: 'FaceBlacklist',
      operation: 'processImages',
      Pictures: 2,
      Faces: 3,
      Matches: 1,
      RekognitionThrottles: 1,
      RekognitionCalls: 7,
      ColdStarts: 1,
      Latency: expect.any(Number),
    });
    expect(declared(second).units).toEqual({ Latency: 'Milliseconds' });
    expect(JSON.stringify(metrics)).not.toMatch(/Person|base64|\.jpg|image_id/);
  });

  it("of one that touches no picture are its time alone; the status knows nothing of other instances' work", async () => {
    const { statuses, metrics } = await linesOf('status', [
      eventOf('GET', '/api/v1/status'),
      eventOf('GET', '/api/v1/status'),
    ]);
    expect(statuses).toEqual([200, 200]);
    const units = metrics.map((line) => declared(line).units);
    // Rekognition is tested with the drawn face once an hour.
    expect(units).toEqual([
      { Latency: 'Milliseconds', ColdStarts: 'Count', RekognitionCalls: 'Count' },
      { Latency: 'Milliseconds', RekognitionCalls: 'Count' },
    ]);
    expect(metrics.map(({ RekognitionCalls }) => RekognitionCalls)).toEqual([3, 2]);
  });
});
