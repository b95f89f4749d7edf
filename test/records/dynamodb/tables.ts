import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { TableSettings } from '../../../lib/records/dynamodb/client.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/emulators/dynamodb.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';
import type { OpenedRecords } from '../../suites/records/fixtures.ts';

export const region = 'eu-west-1';

/**
 * Makes a table for each test, in a place of its own, in a DynamoDB Local of the file's own. It does one
 * thing at a time, so files that write much would make each other wait too long.
 */
export function dynamoTables(options = { isByAccessKey: true }) {
  let emulator: DynamoDbEmulator;

  beforeAll(async () => {
    emulator = await startDynamoDb(options);
    useEndpoint(emulator.url);
  });
  afterAll(() => emulator.close());

  return {
    url: () => emulator.url,
    async create(): Promise<TableSettings> {
      const settings = { region, tableName: `records-${randomUUID()}` };
      // The more DynamoDB Local holds in one place, the slower each call gets.
      const accessKeyId = randomUUID().replaceAll('-', '');
      process.env.AWS_ACCESS_KEY_ID = accessKeyId;
      await createTable({ ...settings, endpoint: emulator.url, accessKeyId });
      return settings;
    },
  };
}

/**
 * Opens a record store on a table. `remove` closes it and all others that were opened on the table with it.
 */
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

/** Makes the SDK find that DynamoDB, with the access key of the last table that was made. */
export function useEndpoint(url: string): void {
  process.env.AWS_ENDPOINT_URL_DYNAMODB = url;
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
}
