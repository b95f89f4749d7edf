BEGIN TRANSACTION;
CREATE TABLE collection (
    id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    face_model_version TEXT NOT NULL
  ) STRICT;
INSERT INTO "collection" VALUES('second',1795914977266,'7.0');
INSERT INTO "collection" VALUES('third',1795914977267,'7.0');
CREATE TABLE face (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    image_id TEXT NOT NULL,
    external_image_id TEXT NOT NULL, -- '' where the caller gave none
    box_left REAL NOT NULL, box_top REAL NOT NULL, box_width REAL NOT NULL, box_height REAL NOT NULL,
    confidence REAL NOT NULL,
    embedding BLOB NOT NULL,
    -- The same face of the same picture under the same name is kept once.
    UNIQUE (collection_id, image_id, external_image_id, box_left, box_top, box_width, box_height)
  ) STRICT;
INSERT INTO "face" VALUES(1,'7b60367d-8614-4829-9945-eeeff0808587','second','11111111-1111-4111-8111-111111111111','1:a',0.1,0.1,0.5,0.5,99.0,X'00000000000000000000000000000000');
CREATE INDEX face_collection ON face (collection_id, sequence);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('face',1);
COMMIT;
PRAGMA user_version = 1;
