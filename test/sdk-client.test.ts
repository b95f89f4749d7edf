import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { RekognitionClient } from '@aws-sdk/client-rekognition';
import { expect, it } from 'vitest';
import { createS3Client } from '../lib/s3.ts';
import { withoutLog } from '../lib/sdk-client.ts';

const region = 'eu-west-1';
const clients = [
  new DynamoDBClient({ region }),
  new EventBridgeClient({ region }),
  new RekognitionClient({ region }),
];

it.each(clients)('a client of AWS builds entries of a log until it is told not to', (client) => {
  const steps = () => client.middlewareStack.identify().join();
  expect(steps()).toContain('loggerMiddleware');
  expect(withoutLog(client)).toBe(client);
  expect(steps()).not.toContain('loggerMiddleware');
});

it('the client of S3 is one', () => {
  expect(createS3Client(region).middlewareStack.identify().join()).not.toContain('loggerMiddleware');
});
