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

/** Opens a database's file for reading, on a thread of its own. */
export function openReader(path: string): EmbeddingReader {
  const database = connect(path, { readOnly: true });
  return {
    rows: (share) => shareOf(database, share),
    [Symbol.dispose]: () => database.close(),
  };
}
