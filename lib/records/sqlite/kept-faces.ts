import type { DatabaseSync } from 'node:sqlite';
import {
  floatsOf,
  type KeptFaceReader,
  type KeptFaceRow,
  type KeptFaces,
} from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';
import { connect } from './connection.ts';
import { whenUnlocked } from './transactions.ts';

/**
 * The codes of kept faces, by which a look-back rules most of them out. A code goes with its face, also where
 * another program removes it. Faces that an earlier version kept have none until they are too old. A change
 * of how codes are computed must empty this table.
 */
export const keptFaceCodesMigration = `
  CREATE TABLE kept_face_code (
    id INTEGER PRIMARY KEY,
    code BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER kept_face_code_goes AFTER DELETE ON kept_face
  BEGIN DELETE FROM kept_face_code WHERE id = OLD.id; END;
`;

/** Selects a share of the kept faces of a version. The index and the codes have all of it. */
export const keptShareSql =
  'SELECT kept_face.id, processed_id, code FROM kept_face LEFT JOIN kept_face_code USING (id) ' +
  'WHERE version = ? AND at >= ? AND kept_face.id % ? = ?';

/** Counts the kept faces, and the pictures that they are of, in the index alone. */
export const keptCountSql =
  'SELECT coalesce(sum(version = $version), 0) AS own, count(*) AS total, ' +
  'count(DISTINCT CASE WHEN version = $version THEN processed_id END) AS pictures FROM kept_face WHERE at >= $since';

/** Reads kept faces of a database, without an object for each row. */
function readerOf(database: DatabaseSync): Pick<KeptFaceReader, 'rows' | 'face'> {
  const select = database.prepare('SELECT face_index, embedding FROM kept_face WHERE id = ?');
  select.setReturnArrays(true);
  return {
    rows(version, since, share) {
      const all = database.prepare(keptShareSql);
      all.setReturnArrays(true);
      return row<Iterable<KeptFaceRow>>(all.iterate(version, since, share.of, share.index));
    },
    face(id) {
      const [faceIndex, bytes] = row<[number, Uint8Array] | undefined>(select.get(id)) ?? [];
      return bytes && { faceIndex: Number(faceIndex), embedding: floatsOf(bytes) };
    },
  };
}

/** Opens a database's file for reading, on a thread that has no handle on it. */
export function openKeptFaces(path: string): KeptFaceReader {
  const database = connect(path, { readOnly: true });
  return { ...readerOf(database), [Symbol.dispose]: () => database.close() };
}

/** Gives the engine the kept faces of a database that has the records' tables. */
export function sqliteKeptFaces(database: DatabaseSync): KeptFaces {
  const count = database.prepare(keptCountSql);
  return {
    ...readerOf(database),
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
