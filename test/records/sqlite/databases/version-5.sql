BEGIN TRANSACTION;
CREATE TABLE delivery (
    receiver_id INTEGER NOT NULL REFERENCES receiver (id),
    processed_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0,
    waits INTEGER NOT NULL DEFAULT 0, -- 1: an earlier one has an entry of its own
    PRIMARY KEY (receiver_id, processed_id)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "delivery" VALUES(1,1,1795914974896,1795914974896,0,0);
INSERT INTO "delivery" VALUES(1,3,1795914974904,1795914974904,0,1);
INSERT INTO "delivery" VALUES(2,1,1795914974896,1795914974896,0,0);
INSERT INTO "delivery" VALUES(2,3,1795914974904,1795914974904,0,1);
CREATE TABLE delivery_entry (
    receiver_id INTEGER NOT NULL,
    processed_id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (receiver_id, entry_id, processed_id),
    FOREIGN KEY (receiver_id, processed_id) REFERENCES delivery (receiver_id, processed_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
INSERT INTO "delivery_entry" VALUES(1,1,1);
INSERT INTO "delivery_entry" VALUES(1,3,1);
INSERT INTO "delivery_entry" VALUES(1,3,2);
INSERT INTO "delivery_entry" VALUES(2,1,1);
INSERT INTO "delivery_entry" VALUES(2,3,1);
INSERT INTO "delivery_entry" VALUES(2,3,2);
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    reason TEXT,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  ) STRICT;
INSERT INTO "entry" VALUES(1,'Ada','theft','2026-11-29T01:16:14.837Z','ACTIVE');
INSERT INTO "entry" VALUES(2,'Grace','theft','2026-11-29T01:16:14.855Z','ACTIVE');
CREATE TABLE faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    x INTEGER NOT NULL, y INTEGER NOT NULL, w INTEGER NOT NULL, h INTEGER NOT NULL,
    embedding BLOB NOT NULL,
    UNIQUE (image_id, model)
  ) STRICT;
INSERT INTO "faces" VALUES(1,'095a0d94-8e69-439e-a05e-653edee5f63a',1,'test',1,2,3,4,X'0000000000000000');
CREATE TABLE image (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    added_date TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'DELETING'))
  , face TEXT, file TEXT) STRICT;
INSERT INTO "image" VALUES(1,'095a0d94-8e69-439e-a05e-653edee5f63a',1,'blacklist/1/095a0d94-8e69-439e-a05e-653edee5f63a.jpg','2026-11-29T01:16:14.841Z','ACTIVE','{"id":"face-1","box":{"x":1,"y":2,"w":30,"h":40},"quality":{"brightness":61.25,"sharpness":74.5,"pose":{"roll":-2.125,"yaw":6,"pitch":0}}}','{"name":"Ünï \"1\".jpg","sizeBytes":12345,"width":640,"height":480}');
INSERT INTO "image" VALUES(2,'3eef3b27-cd7f-4b84-a153-8ff338d440f4',2,'blacklist/2/3eef3b27-cd7f-4b84-a153-8ff338d440f4.jpg','2026-11-29T01:16:14.861Z','ACTIVE','{"id":"face-1","box":{"x":1,"y":2,"w":30,"h":40},"quality":{"brightness":61.25,"sharpness":74.5,"pose":{"roll":-2.125,"yaw":6,"pitch":0}}}','{"name":"Ünï \"1\".jpg","sizeBytes":12345,"width":640,"height":480}');
INSERT INTO "image" VALUES(3,'887f7606-56a7-4a24-9c97-815d6dc94b0f',2,'blacklist/2/887f7606-56a7-4a24-9c97-815d6dc94b0f.jpg','2026-11-29T01:16:14.876Z','ACTIVE','{"id":"face-1","box":{"x":1,"y":2,"w":30,"h":40},"quality":{"brightness":61.25,"sharpness":74.5,"pose":{"roll":-2.125,"yaw":6,"pitch":0}}}','{"name":"Ünï \"1\".jpg","sizeBytes":12345,"width":640,"height":480}');
CREATE TABLE processed (
    id INTEGER PRIMARY KEY,
    picture_id TEXT NOT NULL UNIQUE,
    result TEXT NOT NULL
  , at INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "processed" VALUES(1,'picture-0','{"image_path_or_identifier":"door.jpg","faces":[{"face_index":0,"facial_area":{"x":10,"y":20,"w":30,"h":40,"left_eye":[30,30],"right_eye":[20,30],"nose":null,"mouth_left":null,"mouth_right":null},"confidence":0.987654321,"blacklist_matches":[{"identity":"/data/blacklist/1/a.jpg","target_x":1,"target_y":2,"target_w":3,"target_h":4,"source_x":10,"source_y":20,"source_w":30,"source_h":40,"threshold":0.6,"distance":0.001,"similarity":75,"aws_similarity":null,"aws_face_id":null,"model":"MobileFaceNet","detector_backend":"mediapipe","similarity_metric":"cosine","entry":{"id":1,"name":"Ada","reason":null},"image_id":"0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e"}],"candidates":null}],"error":null,"saved_image_path":"/data/processed/2025-01-31/a-annotated.jpg","original_image_path":"/data/processed/2025-01-31/a-original.jpg","has_blacklist_match":true,"cropped_face_path":null}',1746350001000);
INSERT INTO "processed" VALUES(2,'picture-1','{"image_path_or_identifier":"door.jpg","faces":[{"face_index":0,"facial_area":{"x":10,"y":20,"w":30,"h":40,"left_eye":[30,30],"right_eye":[20,30],"nose":null,"mouth_left":null,"mouth_right":null},"confidence":0.987654321,"blacklist_matches":[],"candidates":null}],"error":null,"saved_image_path":"/data/processed/2025-01-31/a-annotated.jpg","original_image_path":"/data/processed/2025-01-31/a-original.jpg","has_blacklist_match":false,"cropped_face_path":null}',1746350002000);
INSERT INTO "processed" VALUES(3,'picture-2','{"image_path_or_identifier":"door.jpg","faces":[{"face_index":0,"facial_area":{"x":10,"y":20,"w":30,"h":40,"left_eye":[30,30],"right_eye":[20,30],"nose":null,"mouth_left":null,"mouth_right":null},"confidence":0.987654321,"blacklist_matches":[{"identity":"/data/blacklist/1/a.jpg","target_x":1,"target_y":2,"target_w":3,"target_h":4,"source_x":10,"source_y":20,"source_w":30,"source_h":40,"threshold":0.6,"distance":0.001,"similarity":75,"aws_similarity":null,"aws_face_id":null,"model":"MobileFaceNet","detector_backend":"mediapipe","similarity_metric":"cosine","entry":{"id":2,"name":"Ada","reason":null},"image_id":"0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e"},{"identity":"/data/blacklist/1/a.jpg","target_x":1,"target_y":2,"target_w":3,"target_h":4,"source_x":10,"source_y":20,"source_w":30,"source_h":40,"threshold":0.6,"distance":0.002,"similarity":75,"aws_similarity":null,"aws_face_id":null,"model":"MobileFaceNet","detector_backend":"mediapipe","similarity_metric":"cosine","entry":{"id":1,"name":"Ada","reason":null},"image_id":"0b9f4c52-6f0e-4d5e-9c1a-3a7f5f0c1d2e"}],"candidates":null}],"error":null,"saved_image_path":"/data/processed/2025-01-31/a-annotated.jpg","original_image_path":"/data/processed/2025-01-31/a-original.jpg","has_blacklist_match":true,"cropped_face_path":null}',1746350003000);
INSERT INTO "processed" VALUES(4,'picture-3','{"image_path_or_identifier":"door.jpg","faces":[{"face_index":0,"facial_area":{"x":10,"y":20,"w":30,"h":40,"left_eye":[30,30],"right_eye":[20,30],"nose":null,"mouth_left":null,"mouth_right":null},"confidence":0.987654321,"blacklist_matches":[],"candidates":null}],"error":null,"saved_image_path":"/data/processed/2025-01-31/a-annotated.jpg","original_image_path":"/data/processed/2025-01-31/a-original.jpg","has_blacklist_match":false,"cropped_face_path":null}',1746350004000);
CREATE TABLE processed_place (
    scope TEXT NOT NULL,
    rank INTEGER NOT NULL,
    processed_id INTEGER NOT NULL REFERENCES processed (id),
    PRIMARY KEY (scope, rank),
    UNIQUE (scope, processed_id)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "processed_place" VALUES('entry#1',1,1);
INSERT INTO "processed_place" VALUES('entry#1',2,3);
INSERT INTO "processed_place" VALUES('entry#2',1,3);
INSERT INTO "processed_place" VALUES('match',1,1);
INSERT INTO "processed_place" VALUES('match',2,3);
INSERT INTO "processed_place" VALUES('no-match',1,2);
INSERT INTO "processed_place" VALUES('no-match',2,4);
CREATE TABLE receiver (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, -- its URL's SHA-256
    origin TEXT NOT NULL,
    place INTEGER, -- among those who get events; null: it gets no more
    given_up INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
  ) STRICT;
INSERT INTO "receiver" VALUES(1,'f318d4b47ffef874f28854e1c9e82bb4a5a84ad10bf06191df8cac48a15ad048','https://hooks.example',0,0,NULL);
INSERT INTO "receiver" VALUES(2,'2b336c7be13e878eb99596293f94c80a7c52b0b4c6b7a3a3c3a150865b1850df','http://10.0.0.1:8080',1,0,NULL);
CREATE TABLE store (id TEXT NOT NULL) STRICT;
INSERT INTO "store" VALUES('1c1a7d2ac457f9b3fb8cac849ccae00f');
CREATE INDEX entry_status ON entry (status);
CREATE INDEX image_entry ON image (entry_id, status);
CREATE INDEX image_status ON image (status);
CREATE INDEX delivery_due ON delivery (receiver_id, due) WHERE waits = 0;
CREATE INDEX delivery_entry_delivery ON delivery_entry (receiver_id, processed_id);
CREATE INDEX processed_at ON processed (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entry',3);
INSERT INTO "sqlite_sequence" VALUES('faces',1);
COMMIT;
PRAGMA user_version = 5;
