import { afterEach, beforeAll } from 'vitest';
import type { TableSettings } from '../../../lib/records/dynamodb/client.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { createTable, deleteTable } from '../../../local/emulators/dynamodb-table.ts';
import { sharedService, tableForCloud } from '../../service.ts';
import type { OpenedRecords } from '../../suites/records/fixtures.ts';

export const region = 'eu-west-1';

/** Makes a table in a DynamoDB Local that test files share, and makes the SDK find it. */
export async function newTable(named = tableForCloud()): Promise<TableSettings & { endpoint: string }> {
  const { url: endpoint, tableName, hasStream = true } = await named;
  useEndpoint(endpoint);
  await createTable({ region, tableName, endpoint, hasStream });
  return { region, tableName, endpoint };
}

/** Makes tables for each test, and deletes them after it: the more there are, the slower each call gets. */
export function dynamoTables() {
  let endpoint: string;
  const made: TableSettings[] = [];

  beforeAll(async () => {
    endpoint = await sharedService('dynamodb');
  });
  afterEach(async () => {
    for (const table of made.splice(0)) await deleteTable({ ...table, endpoint });
  });

  return {
    url: () => endpoint,
    async create(): Promise<TableSettings> {
      const { tableName } = await newTable();
      made.push({ region, tableName });
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
    shareOfCases: 0.3,
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
