import type { DatabaseSync } from 'node:sqlite';
import type {
  KeptFaceReader,
  KeptFaceRow,
  KeptFaces,
  KeptShare,
} from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { connect } from './connection.ts';
import { whenUnlocked } from './transactions.ts';

/** Selects a share of the kept faces of a version. The index has all but the embeddings of that share. */
export const keptShareSql =
  'SELECT id, processed_id, face_index, embedding FROM kept_face WHERE version = ? AND at >= ? AND id % ? = ?';

/** Counts the kept faces, and the pictures that they are of, in the index alone. */
export const keptCountSql =
  'SELECT coalesce(sum(version = $version), 0) AS own, count(*) AS total, ' +
  'count(DISTINCT CASE WHEN version = $version THEN processed_id END) AS pictures FROM kept_face WHERE at >= $since';

/** Reads a share of the faces that were kept since a time, without an object for each row. */
function rowsOf(
  database: DatabaseSync,
  version: string,
  since: number,
  share: KeptShare,
): Iterable<KeptFaceRow> {
  const select = database.prepare(keptShareSql);
  select.setReturnArrays(true);
  return row<Iterable<KeptFaceRow>>(select.iterate(version, since, share.of, share.index));
}

/** Opens a database's file for reading, on a thread that has no handle on it. */
export function openKeptFaces(path: string): KeptFaceReader {
  const database = connect(path, { readOnly: true });
  return {
    rows: (version, since, share) => rowsOf(database, version, since, share),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Gives the engine the kept faces of a database that has the records' tables. */
export function sqliteKeptFaces(database: DatabaseSync): KeptFaces {
  const count = database.prepare(keptCountSql);
  return {
    rows: (version, since, share) => rowsOf(database, version, since, share),
    readerPlace: () => {
      const location = database.location();
      return location === null ? undefined : { module: import.meta.url, location };
    },
    count: (version, since) =>
      whenUnlocked(database, () => {
        const { own, total, pictures } = count.get({ version, since }) ?? {};
        return { own: Number(own), total: Number(total), pictures: Number(pictures) };
      }),
  };
}
