import type { DatabaseSync } from 'node:sqlite';
import type { CollectionsNote } from '../../faces/rekognition/galleries.ts';
import { noteStatements } from './statements.ts';
import { write } from './transactions.ts';

/** Opens the note of how many collections there are, in a database from `openDatabase`. */
export function openSqliteCollectionsNote(database: DatabaseSync): CollectionsNote {
  const note = database.prepare(noteStatements.note);
  const putNote = database.prepare(noteStatements.putNote);
  const nameOf = (collectionId: string) => `collections ${collectionId}`;
  return {
    async read(collectionId) {
      const found = note.get(nameOf(collectionId));
      return found && Number(found.body);
    },
    write: (collectionId, count) =>
      write(database, () => {
        putNote.run(nameOf(collectionId), String(count));
      }),
  };
}
