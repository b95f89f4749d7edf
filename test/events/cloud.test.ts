import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ImageProcessingResult } from '../../lib/contract/shapes.ts';
import { type RunningCloud, startSharedCloudProcess } from '../api/cloud.ts';
import { connectOverHttp } from '../api/connections.ts';
import type { LogLine } from '../api/server-process.ts';
import { runCommandProcess } from '../local/commands/run-command.ts';
import { ApiClient } from '../suites/api/client.ts';
import { findPeople } from '../suites/api/people.ts';

let cloud: RunningCloud;
let api: ApiClient;
let entryId: number;
/** A picture in which the listed person was found, and the line of its event. */
let found: ImageProcessingResult;
let event: LogLine;

beforeAll(async () => {
  // In a table beside those of other tests, DynamoDB Local may refuse to read a stream from its beginning.
  cloud = await startSharedCloudProcess();
});
beforeAll(async () => {
  api = new ApiClient(connectOverHttp(cloud.url));
  const people = await findPeople(api);
  ({ id: entryId } = await api.list([people.listed]));
  found = await api.process(people.listed);
  event = await cloud.process.line(({ msg }) => msg === 'event: face.matched');
});
afterAll(async () => {
  await api.close();
  await cloud[Symbol.asyncDispose]();
});

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
