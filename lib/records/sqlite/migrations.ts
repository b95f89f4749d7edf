import type { DatabaseSync } from 'node:sqlite';
import { addEntryDetails } from './entry-details.ts';
import { addErasedState } from './erased-state.ts';
import { faceCodesMigration } from './face-codes.ts';
import { keptAnswersMigration } from './kept-answers.ts';
import { keptFaceCodesMigration } from './kept-faces.ts';
import { normalizeEntries } from './normal-forms.ts';

/**
 * Migrations; number N turns a database of version N into one of version N + 1. A released migration is never
 * changed. Foreign keys are not enforced while it runs.
 *
 * Ids are AUTOINCREMENT, so that none is given twice. Those of processed pictures are 1, 2, …;
 * `processed_gap` counts those that were removed, see `gaps.ts`.
 */
export const migrations: readonly (string | ((database: DatabaseSync) => void))[] = [
  `
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    reason TEXT,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  ) STRICT;
  CREATE INDEX entry_status ON entry (status);

  CREATE TABLE image (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  ) STRICT;
  CREATE INDEX image_entry ON image (entry_id, status);
  CREATE INDEX image_status ON image (status);

  CREATE TABLE store (id TEXT NOT NULL) STRICT;
  INSERT INTO store VALUES (lower(hex(randomblob(16))));

  CREATE TABLE processed (
    id INTEGER PRIMARY KEY,
    picture_id TEXT NOT NULL UNIQUE,
    result TEXT NOT NULL
  ) STRICT;
  `,
  // `face` is a RecordedFace as JSON; earlier versions left out its quality.
  'ALTER TABLE image ADD COLUMN face TEXT;',
  // This is the outbox of match events. Times are in milliseconds since 1970.
  `
  CREATE TABLE receiver (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- its URL's SHA-256
    origin TEXT NOT NULL,
    place INTEGER, -- among those who get events; null: it gets no more
    given_up INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
  ) STRICT;

  CREATE TABLE delivery (
    receiver_id INTEGER NOT NULL REFERENCES receiver (id),
    processed_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0,
    waits INTEGER NOT NULL DEFAULT 0, -- 1: an earlier one has an entry of its own
    PRIMARY KEY (receiver_id, processed_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_due ON delivery (receiver_id, due) WHERE waits = 0;

  CREATE TABLE delivery_entry (
    receiver_id INTEGER NOT NULL,
    processed_id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (receiver_id, entry_id, processed_id),
    FOREIGN KEY (receiver_id, processed_id) REFERENCES delivery (receiver_id, processed_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_entry_delivery ON delivery_entry (receiver_id, processed_id);
  `,
  // `file` is an ImageFile as JSON.
  'ALTER TABLE image ADD COLUMN file TEXT;',
  /*
   * `at` is in milliseconds since 1970, and never falls from one id to the next. An older record gets the
   * latest time known when it was made, but no time in the future. Scopes are described in `scopes.ts`.
   */
  `
  ALTER TABLE processed ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
  UPDATE processed SET at = timed.at FROM (
    SELECT id, min(max(at) OVER (ORDER BY id), CAST(unixepoch('subsec') * 1000 AS INTEGER)) AS at FROM (
      SELECT id, CAST(round(coalesce(unixepoch(result ->> '$.processing_timestamp', 'subsec'), 0) * 1000) AS INTEGER) AS at
      FROM processed
    )
  ) AS timed WHERE timed.id = processed.id;
  CREATE INDEX processed_at ON processed (at);

  CREATE TABLE processed_place (
    scope TEXT NOT NULL,
    rank INTEGER NOT NULL,
    processed_id INTEGER NOT NULL REFERENCES processed (id),
    PRIMARY KEY (scope, rank),
    UNIQUE (scope, processed_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO processed_place (scope, rank, processed_id)
  SELECT scope, row_number() OVER (PARTITION BY scope ORDER BY id), id FROM (
    SELECT id, iif(result ->> '$.has_blacklist_match', 'match', 'no-match') AS scope FROM processed
  );
  INSERT INTO processed_place (scope, rank, processed_id)
  SELECT 'entry#' || entry_id, row_number() OVER (PARTITION BY entry_id ORDER BY id), id FROM (
    SELECT id, entry_id, row_number() OVER (PARTITION BY id ORDER BY distance) AS place FROM (
      SELECT processed.id, match.value ->> '$.entry.id' AS entry_id, min(match.value ->> '$.distance') AS distance
      FROM processed, json_each(result, '$.faces') AS face, json_each(face.value, '$.blacklist_matches') AS match
      GROUP BY processed.id, entry_id
    )
  ) WHERE place <= 50;
  `,
  /*
   * Times now follow the clock, also when it is put back: a `run` is the pictures between two such moments,
   * by rising time. Only the schema's text is changed, because AUTOINCREMENT does not affect how rows are
   * stored. A copy of all pictures would take minutes and twice the space.
   */
  `
  ALTER TABLE processed ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
  DROP INDEX processed_at;
  CREATE INDEX processed_run ON processed (run, at);

  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY AUTOINCREMENT')
  WHERE type = 'table' AND name IN ('image', 'processed', 'receiver');
  INSERT INTO sqlite_sequence (name, seq) SELECT 'image', coalesce(max(sequence), 0) FROM image;
  INSERT INTO sqlite_sequence (name, seq) SELECT 'processed', coalesce(max(id), 0) FROM processed;
  INSERT INTO sqlite_sequence (name, seq) SELECT 'receiver', coalesce(max(id), 0) FROM receiver;
  PRAGMA writable_schema = RESET;
  `,
  normalizeEntries,
  /*
   * The audit trail, a line each, and the ends of its chain. Lines are only added; those before the anchor
   * are removed for their age. `actor` of a processed picture is whoever sent it.
   */
  `
  CREATE TABLE audit (
    sequence INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    entry_id INTEGER,
    image_id TEXT,
    picture_id INTEGER,
    request_id TEXT,
    outcome INTEGER,
    threshold REAL,
    detail TEXT,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  CREATE INDEX audit_actor ON audit (actor, at);
  CREATE INDEX audit_action ON audit (action, at);
  CREATE INDEX audit_entry ON audit (entry_id, at) WHERE entry_id IS NOT NULL;

  CREATE TABLE audit_chain (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    anchor_sequence INTEGER NOT NULL,
    anchor_hash BLOB NOT NULL,
    head_sequence INTEGER NOT NULL,
    head_hash BLOB NOT NULL
  ) STRICT;
  INSERT INTO audit_chain VALUES (1, 0, zeroblob(32), 0, zeroblob(32));

  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'Lines of the audit trail are not changed.'); END;
  CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
  WHEN OLD.sequence > (SELECT anchor_sequence FROM audit_chain)
  BEGIN SELECT raise(ABORT, 'Lines of the audit trail are not removed.'); END;

  ALTER TABLE processed ADD COLUMN actor TEXT;
  `,
  /*
   * Processed pictures can be removed: `processed_gap` has the nodes of `gaps.ts`, and `processed_newest`
   * the last picture's time, for the picture itself may be gone. The index is what foreign keys are checked
   * with.
   */
  `
  CREATE TABLE processed_gap (
    scope TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('root', 'branch', 'leaf')),
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (scope, level, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE processed_newest (id INTEGER NOT NULL, at INTEGER NOT NULL, run INTEGER NOT NULL) STRICT;
  CREATE INDEX processed_place_picture ON processed_place (processed_id);
  CREATE TABLE note (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- Of pictures that show more than 50 entries, some are not found by their entries.
  INSERT INTO processed_place (scope, rank, processed_id)
  SELECT 'crowd', row_number() OVER (ORDER BY id), id FROM (
    SELECT processed.id FROM processed, json_each(result, '$.faces') AS face, json_each(face.value, '$.blacklist_matches') AS match
    GROUP BY processed.id HAVING count(DISTINCT match.value ->> '$.entry.id') > 50
  );

  -- Erasures stay when their entry is gone. What was removed is ErasedCounts as JSON; unsettled ones are looked at again.
  CREATE TABLE erasure (
    entry_id INTEGER PRIMARY KEY,
    history TEXT NOT NULL CHECK (history IN ('redact', 'delete', 'keep')),
    started TEXT NOT NULL,
    finished TEXT,
    removed TEXT NOT NULL,
    is_settled INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX erasure_unsettled ON erasure (entry_id) WHERE is_settled = 0;
  -- Events about entries. In the outbox they have the negative of their id.
  CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL) STRICT;
  `,
  addEntryDetails,
  /*
   * Reviews of the matches of a picture: `matches` is ReviewedMatch[] as JSON. `verdict` is that on the
   * picture, null while it is open; `rank` is that in the scope `match`. See `review-pages.ts`.
   */
  `
  CREATE TABLE review (
    processed_id INTEGER PRIMARY KEY REFERENCES processed (id) ON DELETE CASCADE,
    matches TEXT NOT NULL,
    verdict TEXT CHECK (verdict IN ('confirmed', 'rejected', 'unsure')),
    rank INTEGER
  ) STRICT;
  CREATE INDEX review_rank ON review (verdict, rank) WHERE verdict IS NOT NULL;

  CREATE TABLE review_bucket (
    verdict TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    pictures INTEGER NOT NULL,
    PRIMARY KEY (verdict, bucket)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE review_tally (
    day INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    metric TEXT NOT NULL,
    threshold REAL NOT NULL,
    confirmed INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    unsure INTEGER NOT NULL,
    PRIMARY KEY (day, entry_id, model, metric, threshold)
  ) STRICT, WITHOUT ROWID;
  `,
  keptAnswersMigration,
  /*
   * Unmatched faces of processed pictures, kept for a look-back; they go with their picture. `at` is the
   * time of keeping, in milliseconds since 1970.
   */
  `
  CREATE TABLE kept_face (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    processed_id INTEGER NOT NULL REFERENCES processed (id) ON DELETE CASCADE,
    face_index INTEGER NOT NULL,
    at INTEGER NOT NULL,
    version TEXT NOT NULL,
    embedding BLOB NOT NULL
  ) STRICT;
  CREATE INDEX kept_face_picture ON kept_face (processed_id);
  CREATE INDEX kept_face_version ON kept_face (version, at);
  `,
  /* An entry that was merged into another leaves its history to that one's erasure. */
  `
  ALTER TABLE erasure ADD COLUMN merged_into INTEGER;
  CREATE INDEX erasure_merged ON erasure (merged_into) WHERE merged_into IS NOT NULL;
  `,
  /* Until this moment, in milliseconds since 1970, a PENDING entry is its maker's. */
  'ALTER TABLE entry ADD COLUMN claimed_until INTEGER;',
  /* The picture's id stands in the index too, so that kept faces are counted without reading them. */
  `
  DROP INDEX kept_face_version;
  CREATE INDEX kept_face_version ON kept_face (version, at, processed_id);
  `,
  faceCodesMigration,
  keptFaceCodesMigration,
  /* An image may be taken back by its holder, see `ImageRecord`. Merges that are under way hold theirs. */
  `
  ALTER TABLE image ADD COLUMN holder TEXT;
  UPDATE image SET holder = (
    SELECT name || ' ' || (body ->> '$.token') FROM note, json_each(body, '$.images')
    WHERE name LIKE 'merge %' AND value = image.id AND body ->> '$.into' = image.entry_id
  ) WHERE id IN (SELECT value FROM note, json_each(body, '$.images') WHERE name LIKE 'merge %');
  `,
  addErasedState,
];
