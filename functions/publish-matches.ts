import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ConfigError } from '../lib/config.ts';
import { openEventBus } from '../lib/events/event-bridge.ts';
import { publishMatches } from '../lib/events/publish-matches.ts';
import { loadConfig } from '../lib/load-config.ts';
import { openMatchStream } from '../lib/records/dynamodb/match-stream.ts';

let opened: ReturnType<typeof open> | undefined;

/**
 * Publishes the processed pictures with matches that the table's stream reports. It asks the stream again for
 * those that it could not publish.
 */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  opened ??= open();
  return publishMatches(opened.stream, opened.target, event);
}

function open() {
  const { region, tableName } = loadConfig().aws ?? {};
  if (region === undefined || tableName === undefined)
    throw new ConfigError(
      'A stream comes with FACE_PROCESSING_BACKEND=aws_rekognition and DYNAMODB_TABLE_NAME.',
    );
  return { stream: openMatchStream({ region, tableName }), target: openEventBus({ region }) };
}
