import type { CollectionsNote } from '../../faces/rekognition/galleries.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { noteKey } from './items.ts';

/** Opens the note of how many collections there are, without a call. */
export function openDynamoCollectionsNote(settings: TableSettings): CollectionsNote {
  const table = new TableClient(settings);
  const keyOf = (collectionId: string) => noteKey(`collections ${collectionId}`);
  return {
    async read(collectionId) {
      const item = await table.get(keyOf(collectionId));
      return item && Number(item.count);
    },
    async write(collectionId, count) {
      const put = { ...keyOf(collectionId), count };
      await table.settle(async () => (await table.transact([{ put }])).done || again);
    },
  };
}
