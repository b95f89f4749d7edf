import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { TableSettings } from '../../lib/records/dynamodb/client.ts';
import {
  partitionKey,
  sortKey,
  streamView,
  timeToLiveAttribute,
} from '../../lib/records/dynamodb/definition.ts';

/** A table in a DynamoDB Local. */
export interface LocalTable extends TableSettings {
  readonly endpoint: string;
  /** False for a table whose stream nobody reads. A stream slows every call to DynamoDB Local down. */
  readonly hasStream?: boolean;
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Makes the records' table if it is absent, with the same schema as the deployed one. */
export async function createTable({
  region,
  tableName: TableName,
  endpoint,
  hasStream = true,
}: LocalTable): Promise<void> {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: partitionKey, AttributeType: 'S' },
          { AttributeName: sortKey, AttributeType: 'S' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: hasStream
          ? { StreamEnabled: true, StreamViewType: streamView }
          : { StreamEnabled: false },
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
    const TimeToLiveSpecification = { AttributeName: timeToLiveAttribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
}

/** Deletes the table with all that it holds. */
export async function deleteTable({ region, tableName: TableName, endpoint }: LocalTable): Promise<void> {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  try {
    await client.send(new DeleteTableCommand({ TableName }));
  } finally {
    client.destroy();
  }
}
