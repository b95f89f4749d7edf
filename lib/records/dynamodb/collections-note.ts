import type { CollectionsNote } from '../../faces/rekognition/galleries.ts';
import { TableClient, type TableSettings } from './client.ts';
import { noteOf, putNote } from './notes.ts';

/** Opens the note of how many collections there are, without a call. */
export function openDynamoCollectionsNote(settings: TableSettings): CollectionsNote {
  const table = new TableClient(settings);
  const nameOf = (collectionId: string) => `collection-count ${collectionId}`;
  return {
    read: (collectionId) => noteOf(table, nameOf(collectionId)),
    write: (collectionId, count) => putNote(table, nameOf(collectionId), count),
  };
}
