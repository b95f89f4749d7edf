import type { DatabaseSync, StatementSync } from 'node:sqlite';

const selectEntry = `
  SELECT id, name, reason, added_date AS addedDate, status,
    (SELECT count(*) FROM image WHERE entry_id = entry.id AND status = 'ACTIVE') AS imageCount,
    expires_at AS expiresAt, review_at AS reviewAt, category, severity, notes, suspended,
    added_by AS addedBy, updated_by AS updatedBy, updated_date AS updatedDate, version
  FROM entry`;

/** Named parameters are those of `entryParameters`. */
const entryValues = {
  name: '$name',
  folded_name: '$foldedName',
  reason: '$reason',
  expires_at: '$expiresAt',
  review_at: '$reviewAt',
  category: '$category',
  folded_category: '$foldedCategory',
  severity: '$severity',
  notes: '$notes',
  suspended: '$suspended',
  search_text: '$searchText',
  updated_by: '$updatedBy',
  updated_date: '$updatedDate',
  version: '$version',
};
const newEntryValues = {
  ...entryValues,
  added_date: '$addedDate',
  added_by: '$addedBy',
  status: '$status',
  claimed_until: '$claimedUntil',
};
const insertInto = (values: Readonly<Record<string, string>>) =>
  `INSERT INTO entry (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
const assignments = Object.entries(entryValues).map(([column, value]) => `${column} = ${value}`);

const selectImage = `
  SELECT sequence, id, entry_id AS entryId, key, status, added_date AS addedDate, face, file, holder FROM image`;

/**
 * Statements of the SQLite store. Columns are named after the fields of `EntryRecord` and `ImageRecord`;
 * `sequence` is the order in which images were made.
 */
/** Statements of small texts by their names. */
export const noteStatements = {
  note: 'SELECT body FROM note WHERE name = ?',
  removeNote: 'DELETE FROM note WHERE name = ?',
  putNote: 'INSERT INTO note (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
};

const statements = {
  insertEntry: insertInto(newEntryValues),
  insertCarriedEntry: insertInto({ id: '$id', ...newEntryValues }),
  activateEntry: "UPDATE entry SET status = 'ACTIVE' WHERE id = ? AND status = 'PENDING'",
  renewEntry: "UPDATE entry SET claimed_until = ? WHERE id = ? AND status = 'PENDING'",
  entryClaim: 'SELECT status, added_date AS addedDate, claimed_until AS claimedUntil FROM entry WHERE id = ?',
  updateEntry: `UPDATE entry SET ${assignments.join(', ')} WHERE id = $id AND status = 'ACTIVE'`,
  markEntryDeleting: "UPDATE entry SET status = 'DELETING' WHERE id = ?",
  deleteEntry: 'DELETE FROM entry WHERE id = ?',
  entry: `${selectEntry} WHERE id = ?`,
  entryByName: `${selectEntry} WHERE name = ?`,
  entriesByFoldedName: `${selectEntry} WHERE folded_name = ? AND +status = 'ACTIVE' ORDER BY id`,
  entriesByStatus: `${selectEntry} WHERE status = ? ORDER BY id`,
  lastEntryId: "SELECT coalesce(max(seq), 0) AS id FROM sqlite_sequence WHERE name = 'entry'",
  entriesTotal: "SELECT count(*) AS total FROM entry WHERE status = 'ACTIVE'",
  /** Entries of a JSON array of ids. */
  entriesAmong: `${selectEntry} WHERE id IN (SELECT value FROM json_each(?))`,
  /** Entries of a JSON array of ids. The `+` keeps the planner from going through all `ACTIVE` entries. */
  activeEntriesAmong: `${selectEntry} WHERE id IN (SELECT value FROM json_each(?)) AND +status = 'ACTIVE'`,

  insertImage: `
    INSERT INTO image (id, entry_id, key, added_date, file, holder, status)
    SELECT ?, id, ?, ?, ?, ?, 'PENDING' FROM entry WHERE id = ? AND status <> 'DELETING'
    ON CONFLICT (id) DO NOTHING`,
  activateImage: `
    UPDATE image SET status = 'ACTIVE', face = ? WHERE id = ? AND status = 'PENDING'
    AND EXISTS (SELECT 1 FROM entry WHERE id = image.entry_id AND status <> 'DELETING')`,
  replaceFace: "UPDATE image SET face = ? WHERE id = ? AND status = 'ACTIVE'",
  keepImage: "UPDATE image SET holder = NULL WHERE id = ? AND status = 'ACTIVE'",
  markImageDeleting: "UPDATE image SET status = 'DELETING' WHERE id = ?",
  deleteImage: 'DELETE FROM image WHERE id = ?',
  image: `${selectImage} WHERE id = ?`,
  imagesOfEntry: `${selectImage} WHERE entry_id = ? ORDER BY sequence`,
  imagesByStatus: `${selectImage} WHERE status = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  /** Images of a JSON array of ids. */
  imagesAmong: `${selectImage} WHERE id IN (SELECT value FROM json_each(?))`,
  /** `ACTIVE` images of a JSON array of ids, with the `+` as above. */
  activeImagesAmong: `${selectImage} WHERE id IN (SELECT value FROM json_each(?)) AND +status = 'ACTIVE'`,
  /**
   * Total without the images of the few entries that are not `ACTIVE`: looking up every image's entry would
   * take longer.
   */
  imagesTotal: `
    SELECT (SELECT count(*) FROM image WHERE status = 'ACTIVE') - (
      SELECT count(*) FROM image WHERE status = 'ACTIVE'
      AND entry_id IN (SELECT id FROM entry WHERE status IN ('PENDING', 'DELETING'))
    ) AS total`,

  insertProcessed: 'INSERT INTO processed (picture_id, result, at, run, actor) VALUES (?, ?, ?, ?, ?)',
  /** The newest that there ever was, though it may be removed. */
  newestProcessed: `
    SELECT id, at, run FROM (
      SELECT id, at, run FROM processed WHERE id = (SELECT max(id) FROM processed)
      UNION ALL SELECT id, at, run FROM processed_newest
    ) ORDER BY id DESC LIMIT 1`,
  insertKeptFace: `
    INSERT INTO kept_face (processed_id, face_index, at, version, embedding) VALUES (?, ?, ?, ?, ?)`,
  insertKeptFaceCode: 'INSERT INTO kept_face_code (id, code) VALUES (?, ?)',
  /** Kept faces of a JSON array of `[db_id, face index]`. */
  keptFacesAmong: `
    SELECT kept_face.id, embedding, code FROM json_each(?) CROSS JOIN kept_face
    ON processed_id = value ->> 0 AND face_index = value ->> 1 LEFT JOIN kept_face_code USING (id)`,
  deleteKeptFaces: 'DELETE FROM kept_face WHERE id IN (SELECT value FROM json_each(?))',
  keptFacesOf: `
    SELECT kept_face.id, embedding, code FROM kept_face LEFT JOIN kept_face_code USING (id)
    WHERE processed_id = ?`,
  deleteKeptFacesBefore: `
    DELETE FROM kept_face WHERE id IN (
      SELECT id FROM kept_face WHERE version = ?2 AND at < ?1
      UNION ALL SELECT id FROM kept_face WHERE version < ?2
      UNION ALL SELECT id FROM kept_face WHERE version > ?2 LIMIT ?3
    )`,
  insertPlace: 'INSERT INTO processed_place (scope, rank, processed_id) VALUES (?, ?, ?)',
  lastRank: 'SELECT rank FROM processed_place WHERE scope = ? ORDER BY rank DESC LIMIT 1',
  processedByPicture: 'SELECT id, at FROM processed WHERE picture_id = ?',
  processedById: `
    SELECT id, at, result, actor, matches FROM processed LEFT JOIN review ON processed_id = id WHERE id = ?`,
  processedAmong:
    'SELECT picture_id AS pictureId FROM processed WHERE picture_id IN (SELECT value FROM json_each(?))',
  lastProcessed: 'SELECT coalesce(max(id), 0) AS id FROM processed',
  firstOfRun: 'SELECT id, at FROM processed WHERE run = ? ORDER BY at, id LIMIT 1',
  firstOfRunSince: 'SELECT id FROM processed WHERE run = ? AND at >= ? ORDER BY at, id LIMIT 1',
  lastOfRun: 'SELECT id, at FROM processed WHERE run = ? ORDER BY at DESC, id DESC LIMIT 1',
  newestOfScope: `
    SELECT id, at FROM processed
    WHERE id = (SELECT processed_id FROM processed_place WHERE scope = ? ORDER BY rank DESC LIMIT 1)`,
  firstPlace: `
    SELECT rank FROM processed_place WHERE scope = ? AND processed_id >= ? ORDER BY processed_id LIMIT 1`,
  lastPlace: `
    SELECT rank FROM processed_place WHERE scope = ? AND processed_id <= ? ORDER BY processed_id DESC LIMIT 1`,
  placedRange: `
    SELECT processed_id AS id FROM processed_place
    WHERE scope = ? AND rank BETWEEN ? AND ? ORDER BY rank DESC LIMIT ?`,

  review: 'SELECT matches, verdict, rank FROM review WHERE processed_id = ?',
  putReview: `
    INSERT INTO review (processed_id, matches, verdict, rank) VALUES (?, ?, ?, ?)
    ON CONFLICT (processed_id) DO UPDATE SET matches = excluded.matches, verdict = excluded.verdict`,
  decidedAmong: `
    SELECT verdict, rank FROM review
    WHERE verdict IS NOT NULL AND rank IS NOT NULL AND processed_id IN (SELECT value FROM json_each(?))`,
  deleteReviews: 'DELETE FROM review WHERE processed_id IN (SELECT value FROM json_each(?))',
  rankOf: 'SELECT rank FROM processed_place WHERE scope = ? AND processed_id = ?',
  countInBucket: `
    INSERT INTO review_bucket (verdict, bucket, pictures) VALUES (?, ?, ?)
    ON CONFLICT (verdict, bucket) DO UPDATE SET pictures = pictures + excluded.pictures`,
  buckets: `
    SELECT bucket, sum(pictures) AS pictures FROM review_bucket
    WHERE verdict IN (SELECT value FROM json_each(?)) GROUP BY bucket`,
  decidedRanks: `
    SELECT rank FROM review WHERE verdict IN (SELECT value FROM json_each(?)) AND rank BETWEEN ? AND ?
    ORDER BY rank`,
  placedAmong: `
    SELECT processed_id AS id FROM processed_place
    WHERE scope = ? AND rank IN (SELECT value FROM json_each(?)) ORDER BY rank DESC`,
  /** Ids of the pictures of some scopes in a range, with the state of their matches. */
  idsInScopes: `
    SELECT DISTINCT processed_id AS id, coalesce(verdict, 'open') AS state
    FROM processed_place LEFT JOIN review USING (processed_id)
    WHERE scope IN (SELECT value FROM json_each(?)) AND processed_id BETWEEN ? AND ? ORDER BY id DESC`,
  recordsAmong: `
    SELECT id, at, result, matches FROM processed LEFT JOIN review ON processed_id = id
    WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`,
  tally: `
    INSERT INTO review_tally (day, entry_id, model, metric, threshold, confirmed, rejected, unsure)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET confirmed = confirmed + excluded.confirmed,
      rejected = rejected + excluded.rejected, unsure = unsure + excluded.unsure`,
  forgetTallies: 'DELETE FROM review_tally WHERE day < ?',
  tallies: `
    SELECT day, entry_id AS entryId, model, metric, threshold, confirmed, rejected, unsure FROM review_tally
    WHERE day >= ?`,

  gapNode: 'SELECT bytes FROM processed_gap WHERE scope = ? AND level = ? AND number = ?',
  putGapNode: `
    INSERT INTO processed_gap (scope, level, number, bytes) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET bytes = excluded.bytes`,
  placesAmong:
    'SELECT scope, rank FROM processed_place WHERE processed_id IN (SELECT value FROM json_each(?)) ORDER BY rank',
  /** As above. */
  processedIdsAmong: 'SELECT id FROM processed WHERE id IN (SELECT value FROM json_each(?))',
  deletePlaces: 'DELETE FROM processed_place WHERE processed_id IN (SELECT value FROM json_each(?))',
  deleteProcessed: 'DELETE FROM processed WHERE id IN (SELECT value FROM json_each(?))',
  forgetNewest: 'DELETE FROM processed_newest',
  noteNewest: 'INSERT INTO processed_newest (id, at, run) VALUES (?, ?, ?)',

  storedAmong: 'SELECT id, at, result FROM processed WHERE id IN (SELECT value FROM json_each(?))',
  replaceResult: 'UPDATE processed SET result = ? WHERE id = ?',

  insertErasure: `
    INSERT INTO erasure (entry_id, history, started, removed, merged_into) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (entry_id) DO UPDATE SET history = excluded.history
    WHERE finished IS NULL AND merged_into IS NULL`,
  erasure:
    'SELECT entry_id, history, started, finished, removed, merged_into FROM erasure WHERE entry_id = ?',
  mergedEntries: 'SELECT entry_id FROM erasure WHERE merged_into = ? ORDER BY entry_id',
  noteErasure: 'UPDATE erasure SET removed = ?, finished = ? WHERE entry_id = ?',
  unsettledErasures:
    'SELECT entry_id, history, started, finished, removed, merged_into FROM erasure WHERE is_settled = 0 ORDER BY entry_id',
  settleErasure: 'UPDATE erasure SET is_settled = 1 WHERE entry_id = ?',

  ...noteStatements,
};

export type Statements = { readonly [name in keyof typeof statements]: StatementSync };

export function prepareStatements(database: DatabaseSync): Statements {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(prepared) as Statements;
}
