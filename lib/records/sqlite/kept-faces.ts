import type { DatabaseSync } from 'node:sqlite';
import type { KeptFaceReader, KeptFaceRow, KeptFaces } from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { connect } from './connection.ts';
import { whenUnlocked } from './transactions.ts';

/** Reads the faces of one version that were kept since a time, without an object for each row. */
function rowsOf(database: DatabaseSync, version: string, since: number): Iterable<KeptFaceRow> {
  const select = database.prepare(
    'SELECT id, processed_id, face_index, embedding FROM kept_face WHERE version = ? AND at >= ?',
  );
  select.setReturnArrays(true);
  return row<Iterable<KeptFaceRow>>(select.iterate(version, since));
}

/** Opens a database's file for reading, on a thread that has no handle on it. */
export function openKeptFaces(path: string): KeptFaceReader {
  const database = connect(path, { readOnly: true });
  return {
    rows: (version, since) => rowsOf(database, version, since),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Gives the engine the kept faces of a database that has the records' tables. */
export function sqliteKeptFaces(database: DatabaseSync): KeptFaces {
  const count = database.prepare(
    'SELECT coalesce(sum(version = $version), 0) AS own, count(*) AS total, ' +
      'count(DISTINCT CASE WHEN version = $version THEN processed_id END) AS pictures FROM kept_face WHERE at >= $since',
  );
  return {
    rows: (version, since) => rowsOf(database, version, since),
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
