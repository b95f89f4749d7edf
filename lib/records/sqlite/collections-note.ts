import type { DatabaseSync } from 'node:sqlite';
import type { CollectionsNote } from '../../faces/rekognition/galleries.ts';
import { write } from './transactions.ts';

/** Opens the note of how many collections there are, in a database from `openDatabase`. */
export function openSqliteCollectionsNote(database: DatabaseSync): CollectionsNote {
  const nameOf = (collectionId: string) => `collections ${collectionId}`;
  return {
    async read(collectionId) {
      const row = database.prepare('SELECT body FROM note WHERE name = ?').get(nameOf(collectionId));
      return row && Number(row.body);
    },
    write: (collectionId, count) =>
      write(database, () => {
        database
          .prepare(
            'INSERT INTO note (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
          )
          .run(nameOf(collectionId), String(count));
      }),
  };
}
