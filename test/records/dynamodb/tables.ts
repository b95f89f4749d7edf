import { afterAll, beforeAll } from 'vitest';
import type { TableSettings } from '../../../lib/records/dynamodb/client.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/emulators/dynamodb.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';
import type { OpenedRecords } from '../../suites/records/fixtures.ts';

export const region = 'eu-west-1';

/** One DynamoDB Local for the tests of a file, with a table for each of them. */
export function dynamoTables() {
  let emulator: DynamoDbEmulator;
  let count = 0;

  beforeAll(async () => {
    emulator = await startDynamoDb();
    useEndpoint(emulator.url);
  });
  afterAll(() => emulator?.close());

  return {
    url: () => emulator.url,
    async create(): Promise<TableSettings> {
      const settings = { region, tableName: `records-${++count}` };
      await createTable({ ...settings, endpoint: emulator.url });
      return settings;
    },
  };
}

/** A record store on a table; `remove` closes it and all others that were opened on the table with it. */
export function openedRecords(settings: TableSettings): OpenedRecords {
  const stores: RecordStore[] = [];
  const open = () => {
    const store = openDynamoRecords(settings);
    stores.push(store);
    return store;
  };
  return {
    store: open(),
    shareOfCases: 0.3,
    another: async () => open(),
    async remove() {
      for (const store of stores) await store.close();
    },
  };
}

/** Where the SDK's own chain finds endpoint and credentials. */
export function useEndpoint(url: string): void {
  process.env.AWS_ENDPOINT_URL_DYNAMODB = url;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
}
