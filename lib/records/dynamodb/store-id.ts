import { randomUUID } from 'node:crypto';
import { isNew } from './action.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { storeKey } from './items.ts';

/**
 * Returns the table's unique id, which it keeps as long as it exists. The bucket beside it contains it as its
 * owner's.
 * @throws BackendUnavailableError
 */
export async function storeId(settings: TableSettings): Promise<string> {
  const table = new TableClient(settings);
  try {
    return await table.settle(async () => {
      const item = await table.get(storeKey);
      if (item) return String(item.id);
      await table.transact([{ put: { ...storeKey, id: randomUUID() }, ...isNew }]);
      return again;
    });
  } finally {
    table.close();
  }
}
