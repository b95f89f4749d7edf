import type { DatabaseSync } from 'node:sqlite';
import {
  type CodeRow,
  type EmbeddingReader,
  floatsOf,
  type Share,
} from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { connect } from './connection.ts';

/** Reads a share of the codes. Without an object for each row, a million rows take half the time. */
export function shareOf(database: DatabaseSync, share: Share): Iterable<CodeRow> {
  const select = database.prepare(
    'SELECT id, entry_id, code FROM face_code WHERE model = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  select.setReturnArrays(true);
  return row<Iterable<CodeRow>>(select.iterate(share.version, share.afterId, share.lastId, share.most));
}

/** The embeddings of an entry, and their codes; none where another service keeps the faces. */
export function embeddingsOf(database: DatabaseSync, entryId: number): Uint8Array[] {
  // By the images, which there is an index for.
  const select = database.prepare(
    'SELECT embedding, code FROM faces LEFT JOIN face_code USING (id) ' +
      'WHERE image_id IN (SELECT id FROM image WHERE entry_id = ?)',
  );
  const rows = row<{ embedding: Uint8Array; code: Uint8Array | null }[]>(select.all(entryId));
  return rows.flatMap(({ embedding, code }) => (code ? [embedding, code] : [embedding]));
}

/** Milliseconds that a thread other than the server's waits for a lock. */
const lockWaitMs = 5000;

/** Opens a database's file for reading, on a thread that has no handle on it. */
export function openReader(path: string): EmbeddingReader {
  const database = connect(path, { readOnly: true });
  database.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
  const select = database.prepare('SELECT embedding FROM faces WHERE id = ?');
  select.setReturnArrays(true);
  return {
    rows: (share) => shareOf(database, share),
    embedding(faceId) {
      const [bytes] = row<[Uint8Array] | undefined>(select.get(faceId)) ?? [];
      return bytes && floatsOf(bytes);
    },
    asOneMoment(work) {
      database.exec('BEGIN');
      try {
        return work();
      } finally {
        database.exec('ROLLBACK');
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}
