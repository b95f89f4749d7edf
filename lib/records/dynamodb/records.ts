import type { FaceCollection } from '../../faces/rekognition/kept-faces.ts';
import type { RecordStore } from '../port.ts';
import { TableClient, type TableSettings } from './client.ts';
import { entryRecords } from './entries.ts';
import { erasureRecords } from './erasures.ts';
import { imageRecords } from './images.ts';
import { counterKey, entriesPartition, storeKey } from './items.ts';
import { mergeClaims } from './merge-claims.ts';
import { noteOf, putNote } from './notes.ts';
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
  return {
    ...entries,
    ...imageRecords(table),
    ...processed,
    ...reviewRecords(table),
    ...erasureRecords(table, collection),
    ...mergeClaims(table),
    async count() {
      const [listed, { total }] = await Promise.all([
        countShown(table),
        processed.listProcessed({ limit: 1, offset: 0 }),
      ]);
      return { ...listed, processed: total };
    },
    async lastEntryId() {
      const counter = await table.get(counterKey('entry'));
      return Number(counter?.last ?? 0);
    },
    retention: () => noteOf(table, 'retention'),
    noteRetention: (body) => putNote(table, 'retention', body),
    unknownKept: () => noteOf(table, 'unknown-kept'),
    noteUnknownKept: (body) => putNote(table, 'unknown-kept', body),
    async check() {
      await table.get(storeKey);
    },
    async close() {
      table.close();
    },
  };
}

/** Counts the shown entries and their images. It reads all entries, and keeps none. */
async function countShown(table: TableClient): Promise<{ entries: number; images: number }> {
  const counts = { entries: 0, images: 0 };
  for await (const items of table.query(entriesPartition)) {
    for (const { status, imageCount } of items) {
      if (status !== 'ACTIVE') continue;
      counts.entries += 1;
      counts.images += Number(imageCount);
    }
  }
  return counts;
}
