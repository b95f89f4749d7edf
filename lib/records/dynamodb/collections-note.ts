import type { CollectionsNote } from '../../faces/rekognition/galleries.ts';
import { TableClient, type TableSettings } from './client.ts';
import { noteKey } from './items.ts';
import { noteOf, putNote } from './notes.ts';

/** Opens the note of how many collections there are, without a call. */
export function openDynamoCollectionsNote(settings: TableSettings): CollectionsNote {
  const table = new TableClient(settings);
  const nameOf = (collectionId: string) => `collection-count ${collectionId}`;
  return {
    async read(collectionId) {
      const count = await noteOf<number>(table, nameOf(collectionId));
      return count ?? (await earlierCount(table, collectionId));
    },
    write: (collectionId, count) => putNote(table, nameOf(collectionId), count),
  };
}

/** Reads the note as an earlier version wrote it, or fewer collections than hold faces would be searched. */
async function earlierCount(table: TableClient, collectionId: string): Promise<number | undefined> {
  const item = await table.get(noteKey(`collections ${collectionId}`));
  return item && Number(item.count);
}
