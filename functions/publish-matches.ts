import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ConfigError, loadConfig } from '../lib/config.ts';
import { type EventBus, openEventBus } from '../lib/events/event-bridge.ts';
import { publishMatches } from '../lib/events/publish-matches.ts';
import { type MatchStream, openMatchStream } from '../lib/records/dynamodb/match-stream.ts';

let opened: { readonly stream: MatchStream; readonly bus: EventBus } | undefined;

/** What the table's stream tells of processed pictures with matches; it asks for those again that it could not publish. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  opened ??= open();
  return publishMatches(opened.stream, opened.bus, event);
}

function open() {
  const { region, tableName } = loadConfig().aws ?? {};
  if (region === undefined || tableName === undefined)
    throw new ConfigError(
      'A stream comes with FACE_PROCESSING_BACKEND=aws_rekognition and DYNAMODB_TABLE_NAME.',
    );
  return { stream: openMatchStream({ region, tableName }), bus: openEventBus({ region }) };
}
