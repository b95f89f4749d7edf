import type { DatabaseSync } from 'node:sqlite';
import type { EmbeddingReader, EmbeddingRow, Share } from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { connect } from './connection.ts';

/** Reads a share of the embeddings. Without an object for each row, a million rows take half the time. */
export function shareOf(database: DatabaseSync, share: Share): Iterable<EmbeddingRow> {
  const select = database.prepare(
    'SELECT id, entry_id, embedding FROM faces WHERE model = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  select.setReturnArrays(true);
  return row<Iterable<EmbeddingRow>>(select.iterate(share.version, share.afterId, share.lastId, share.most));
}

/** The embeddings of an entry; none where another service keeps the faces. */
export function embeddingsOf(database: DatabaseSync, entryId: number): Uint8Array[] {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'faces'");
  if (table.get() === undefined) return [];
  // By the images, which there is an index for.
  const select = database.prepare(
    'SELECT embedding FROM faces WHERE image_id IN (SELECT id FROM image WHERE entry_id = ?)',
  );
  return select.all(entryId).map(({ embedding }) => row<Uint8Array>(embedding));
}

/** Opens a database's file for reading, on a thread that has no handle on it. */
export function openReader(path: string): EmbeddingReader {
  const database = connect(path, { readOnly: true });
  return {
    rows: (share) => shareOf(database, share),
    [Symbol.dispose]: () => database.close(),
  };
}
