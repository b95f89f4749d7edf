import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { TableSettings } from '../../../lib/records/dynamodb/client.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { CloudTable } from '../../../local/emulators/cloud.ts';
import { type DynamoDbEmulator, startDynamoDb } from '../../../local/emulators/dynamodb.ts';
import { createTable, deleteTable, type LocalTable } from '../../../local/emulators/dynamodb-table.ts';
import { tableForCloud } from '../../service.ts';
import type { OpenedRecords } from '../../suites/records/fixtures.ts';

export const region = 'eu-west-1';

/** Makes a table, by default in the DynamoDB Local that test files share, and makes the SDK find it. */
export async function newTable(named?: CloudTable): Promise<LocalTable> {
  const { url: endpoint, tableName, hasStream = true } = named ?? (await tableForCloud());
  useEndpoint(endpoint);
  await createTable({ region, tableName, endpoint, hasStream });
  return { region, tableName, endpoint };
}

/**
 * Makes tables for each test in a DynamoDB Local of the file's own. It does one thing at a time, so files
 * that write much would make each other wait too long. They are deleted after the test: the more there are,
 * the slower each call gets.
 */
export function dynamoTables() {
  let emulator: DynamoDbEmulator;
  const made: LocalTable[] = [];

  beforeAll(async () => {
    emulator = await startDynamoDb();
  });
  afterEach(async () => {
    for (const table of made.splice(0)) await deleteTable(table);
  });
  afterAll(() => emulator.close());

  return {
    url: () => emulator.url,
    async create(): Promise<TableSettings> {
      const tableName = `records-${randomUUID()}`;
      made.push(await newTable({ url: emulator.url, tableName, hasStream: false }));
      return { region, tableName };
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
    shareOfCases: 0.15,
    another: async () => open(),
    async remove() {
      for (const store of stores) await store.close();
    },
  };
}

/** Makes the SDK in this process find that DynamoDB. */
export function useEndpoint(url: string): void {
  process.env.AWS_ENDPOINT_URL_DYNAMODB = url;
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
}
