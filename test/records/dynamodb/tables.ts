import { randomUUID } from 'node:crypto';
import { beforeAll } from 'vitest';
import type { TableSettings } from '../../../lib/records/dynamodb/client.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';
import { sharedService, useEndpoint as useServiceAt } from '../../service.ts';
import type { OpenedRecords } from '../../suites/records/fixtures.ts';

export const region = 'eu-west-1';

/** Makes a table for each test in the DynamoDB Local that all files share. */
export function dynamoTables() {
  let url: string;

  beforeAll(async () => {
    url = await sharedService('dynamodb');
    useEndpoint(url);
  });

  return {
    url: () => url,
    async create(): Promise<TableSettings> {
      const settings = { region, tableName: `records-${randomUUID()}` };
      await createTable({ ...settings, endpoint: url });
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

/** Makes the SDK find that DynamoDB. */
export function useEndpoint(url: string): void {
  useServiceAt('dynamodb', url);
}
