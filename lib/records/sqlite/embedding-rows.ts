import type { DatabaseSync } from 'node:sqlite';
import {
  type CodeRow,
  type EmbeddingReader,
  type EnrolledImage,
  floatsOf,
  type ImagesPage,
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

const namesIn = (json: string) => `(SELECT value FROM json_each(${json}))`;

/** Lists enrolled images. All but the faces' own rows are read from the index of images and models. */
export function imagesOf(
  database: DatabaseSync,
  { afterId, most, versions, current }: ImagesPage,
): EnrolledImage[] {
  const select = database.prepare(`
    SELECT id, entry_id, image_id, (
      SELECT count(*) FROM faces AS own WHERE own.image_id = face.image_id AND own.model IN ${namesIn('?1')}
    ) AS versions
    FROM faces AS face WHERE id > ?2 AND model IN ${namesIn('?3')} AND NOT EXISTS (
      SELECT 1 FROM faces AS other
      WHERE other.image_id = face.image_id AND other.model IN ${namesIn('?3')} AND other.id < face.id
    ) ORDER BY id LIMIT ?4`);
  const rows = row<{ id: number; entry_id: number; image_id: string; versions: number }[]>(
    select.all(JSON.stringify(current), afterId, JSON.stringify(versions), most),
  );
  return rows.map(({ id, entry_id: entryId, image_id: imageId, versions: found }) => {
    return { faceId: id, entryId, imageId, isCurrent: found === current.length };
  });
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
