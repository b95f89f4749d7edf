import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { hasFree } from '../../disk-space.ts';
import { floatsOf } from '../../faces/engine/search/embedding-store.ts';
import { row } from '../shared/row.ts';

/**
 * The enrolled faces, whose table earlier versions made when the engine started, and their codes: what a
 * search holds in memory, see `gallery-memory.ts`. AUTOINCREMENT never uses an id twice, so an id that a
 * search returns always means the face that it compared.
 *
 * A face's code goes with the face, also where another program removes it. Faces from `after_id` to `last_id`
 * of a row of `face_code_gap` may lack theirs. A change of how codes are computed must empty `face_code`,
 * and fill `face_code_gap` as this migration does.
 */
export const faceCodesMigration = `
  CREATE TABLE IF NOT EXISTS faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    x INTEGER NOT NULL, y INTEGER NOT NULL, w INTEGER NOT NULL, h INTEGER NOT NULL,
    embedding BLOB NOT NULL,
    UNIQUE (image_id, model)
  ) STRICT;

  CREATE TABLE face_code (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    code BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER face_code_goes AFTER DELETE ON faces
  BEGIN DELETE FROM face_code WHERE id = OLD.id; END;
  CREATE TRIGGER face_code_is_outdated AFTER UPDATE ON faces
  BEGIN
    DELETE FROM face_code WHERE id = OLD.id;
    INSERT INTO face_code_gap VALUES (OLD.id - 1, OLD.id);
  END;

  CREATE TABLE face_code_gap (after_id INTEGER NOT NULL, last_id INTEGER NOT NULL) STRICT;
  -- Not with an aggregate's HAVING, which would read all of them.
  INSERT INTO face_code_gap SELECT 0, last_id FROM (SELECT max(id) AS last_id FROM faces) WHERE last_id > 0;
`;

/** Number of codes that are added at once, in some 10 ms. */
const step = 250;
/** Bytes that must be free, so that codes never take the room that new records need. */
const leastFree = 256 * 1024 * 1024;

interface Gap {
  readonly rowid: number;
  readonly after_id: number;
  readonly last_id: number;
}

function gapOf(database: DatabaseSync): Gap | undefined {
  return row<Gap | undefined>(
    database.prepare('SELECT rowid, after_id, last_id FROM face_code_gap LIMIT 1').get(),
  );
}

/** Tells if faces may lack their codes. */
export function lacksCodes(database: DatabaseSync): boolean {
  return gapOf(database) !== undefined;
}

/**
 * Adds some of the codes that are absent, unless the disk has little room: each start computes them then.
 * @returns true if more can be added
 */
export function addCodes(database: DatabaseSync, codeOf: (embedding: Float32Array) => Uint8Array): boolean {
  const gap = gapOf(database);
  const path = database.location();
  if (!gap || (path !== null && !hasFree(dirname(path), leastFree))) return false;
  const select = database.prepare(
    'SELECT id, entry_id, model, embedding FROM faces WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  select.setReturnArrays(true);
  const faces = row<[id: number, entryId: number, model: string, embedding: Uint8Array][]>(
    select.all(gap.after_id, gap.last_id, step),
  );
  const insert = database.prepare(
    'INSERT INTO face_code (id, entry_id, model, code) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  for (const [id, entryId, model, embedding] of faces) {
    insert.run(id, entryId, model, codeOf(floatsOf(embedding)));
  }
  const last = faces.at(-1);
  if (last === undefined || faces.length < step) {
    database.prepare('DELETE FROM face_code_gap WHERE rowid = ?').run(gap.rowid);
    return lacksCodes(database);
  }
  database.prepare('UPDATE face_code_gap SET after_id = ? WHERE rowid = ?').run(last[0], gap.rowid);
  return true;
}
