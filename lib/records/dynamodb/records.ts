import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type { RecordStore } from '../port.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { entryRecords } from './entries.ts';
import { erasureRecords } from './erasures.ts';
import { imageRecords } from './images.ts';
import { counterKey, noteKey, storeKey } from './items.ts';
import { processedRecords } from './processed.ts';
import { reviewRecords } from './reviews.ts';

/**
 * Opens the record store in a DynamoDB table of `dynamodb/definition.ts`. The SDK finds endpoint
 * (`AWS_ENDPOINT_URL_DYNAMODB`) and credentials by itself. No request is sent before the first use.
 * @param collection faces that go with the pictures; left out where none are kept, or none are removed
 */
export function openDynamoRecords(settings: TableSettings, collection?: FaceCollection): RecordStore {
  const table = new TableClient(settings);
  const entries = entryRecords(table);
  const processed = processedRecords(table, collection);
  const note = async (name: string) => {
    const item = await table.get(noteKey(name));
    return item && JSON.parse(String(item.body));
  };
  const putNote = async (name: string, body: object) => {
    const put = { ...noteKey(name), body: JSON.stringify(body) };
    await table.settle(async () => (await table.transact([{ put }])).done || again);
  };
  return {
    ...entries,
    ...imageRecords(table),
    ...processed,
    ...reviewRecords(table),
    ...erasureRecords(table, collection),
    async count() {
      const [listed, { total }] = await Promise.all([
        entries.listEntries('ACTIVE'),
        processed.listProcessed({ limit: 1, offset: 0 }),
      ]);
      const images = listed.reduce((sum, { imageCount }) => sum + imageCount, 0);
      return { entries: listed.length, images, processed: total };
    },
    async lastEntryId() {
      const counter = await table.get(counterKey('entry'));
      return Number(counter?.last ?? 0);
    },
    retention: () => note('retention'),
    noteRetention: (body) => putNote('retention', body),
    unknownKept: () => note('unknown-kept'),
    noteUnknownKept: (body) => putNote('unknown-kept', body),
    async check() {
      await table.get(storeKey);
    },
    async close() {
      table.close();
    },
  };
}
