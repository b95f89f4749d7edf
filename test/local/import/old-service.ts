import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pictureOfNothing, sample } from '../../api/pictures.ts';

/** A made-up folder of the old Python service, for tests. */

/** Ids of people whose pictures are real. */
export const withPictures = { jane: 3, group: 7, poor: 11 } as const;

export const rowCount = 500;

const created = '2023-04-05 06:07:08.123456';

const schema = `
  CREATE TABLE blacklist (
    id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, reason VARCHAR(255), reference_image_dir VARCHAR, added_date DATETIME
  );
  CREATE UNIQUE INDEX ix_blacklist_name ON blacklist (name);
  CREATE TABLE processed_images (
    id INTEGER NOT NULL PRIMARY KEY, input_identifier VARCHAR, saved_image_path VARCHAR, processing_timestamp DATETIME,
    has_blacklist_match BOOLEAN, result_json TEXT, cropped_face_path VARCHAR
  );`;

type Row = readonly (string | number | null)[];

/** Makes the rows of people, most of them without pictures. */
function people(count: number): Row[] {
  const rows: Row[] = Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    return [id, `Person ${id}`, id % 2 === 0 ? `Reason ${id}` : null, null, created];
  });
  const set = (id: number, row: Row) => {
    rows[id - 1] = [id, ...row];
  };
  set(withPictures.jane, ['Jane Roe', 'Banned.\nFor life.', '/app/blacklist_db/3', '2022-02-02T02:02:02']);
  set(withPictures.group, ['A Group', null, 'blacklist_db/7', created]);
  set(withPictures.poor, ['Nobody', null, 'C:\\old\\blacklist_db\\11', created]);
  // Two names that differ by case, one that is not in normal form, and one that becomes another's.
  set(20, ['JANE ROE', null, null, created]);
  set(21, ['  Zoe\u0301   Doe ', null, null, created]);
  set(22, ['Zoé Doe', null, null, created]);
  // Odd times.
  set(30, ['No Date', null, null, null]);
  set(31, ['Wrong Date', null, null, '2023-02-30 00:00:00']);
  set(32, ['Zoned Date', null, null, '2023-01-01T01:00:00+02:00']);
  set(33, ['Unix Date', null, null, '1672531200']);
  // Paths that lead nowhere, to everybody, and out of the folder.
  set(40, ['Missing Folder', null, '/app/blacklist_db/40', created]);
  set(41, ['Everybody', null, '/app/blacklist_db', created]);
  set(42, ['Outside', null, '../../etc', created]);
  // Ids are kept although there are gaps.
  return rows.filter(([id]) => id !== 10).concat([[9000, 'Last', null, null, created]]);
}

function match(identity: string) {
  return {
    identity,
    target_x: 1,
    target_y: 2,
    target_w: 3,
    target_h: 4,
    source_x: 10,
    source_y: 20,
    source_w: 30,
    source_h: 40,
    threshold: 0.4,
    distance: 0.2,
    model: 'VGG-Face',
    detector_backend: 'mtcnn',
    similarity_metric: 'cosine',
  };
}

const face = (...identities: string[]) => ({
  face_index: 0,
  facial_area: { x: 10, y: 20, w: 30, h: 40, left_eye: [35, 30], right_eye: [15, 30] },
  confidence: 0.99,
  blacklist_matches: identities.map(match),
});

function pictures(): Row[] {
  const result = (...identities: string[]) => JSON.stringify({ faces: [face(...identities)], error: null });
  const at = (minute: number) => `2024-01-01 10:0${minute}:00.500000`;
  return [
    [
      1,
      '/app/uploads/a.jpg',
      'processed_images/a.jpg',
      at(1),
      1,
      result('/app/blacklist_db/3/one.jpg'),
      'cropped/a.jpg',
    ],
    [2, 'x'.repeat(300), '/app/processed_images/missing.jpg', at(2), 0, result(), null],
    [3, 'broken.jpg', null, at(3), 0, '{"faces": [', null],
    [4, 'deleted.jpg', null, 'soon', 1, result('/app/blacklist_db/10/x.jpg'), null],
    [
      6,
      's3',
      null,
      at(4),
      1,
      '{"faces": [{"face_index": 0, "confidence": NaN, "blacklist_matches": [{"identity": "aws_rekognition_external_id:7", "aws_similarity": 97.5, "distance": 0.025, "threshold": 0.05}]}]}',
      null,
    ],
  ];
}

/** Makes the folder: a database, pictures where rows say and elsewhere, and DeepFace's own files. */
export async function makeOldService(folder: string, count = rowCount): Promise<void> {
  const listed = join(folder, 'blacklist_db');
  for (const name of ['3', '7', '11', 'By Hand', '@eaDir'])
    await mkdir(join(listed, name), { recursive: true });
  for (const name of ['processed_images', 'cropped']) await mkdir(join(folder, name));
  await writeFile(join(listed, '3', 'one.jpg'), await sample(3));
  await cp(join(listed, '3', 'one.jpg'), join(listed, '3', 'the same again.jpg'));
  await writeFile(join(listed, '3', 'notes.txt'), 'no picture');
  await writeFile(join(listed, '7', 'group.jpg'), await sample(5, 720));
  await writeFile(join(listed, '11', 'nothing.jpg'), await pictureOfNothing());
  await writeFile(join(listed, 'By Hand', 'him.jpg'), await sample(6, 720));
  await writeFile(join(listed, 'ds_model_vggface_detector_mtcnn.pkl'), 'embeddings');
  await writeFile(join(listed, 'loose.jpg'), await pictureOfNothing());
  await writeFile(join(folder, 'processed_images', 'a.jpg'), await pictureOfNothing(10));
  await writeFile(join(folder, 'cropped', 'a.jpg'), await pictureOfNothing(20));
  const database = new DatabaseSync(join(folder, 'blacklist.db'));
  database.exec(`${schema} BEGIN`);
  const person = database.prepare('INSERT INTO blacklist VALUES (?, ?, ?, ?, ?)');
  for (const row of people(count)) person.run(...row);
  const picture = database.prepare('INSERT INTO processed_images VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const row of pictures()) picture.run(...row);
  database.exec('COMMIT');
  database.close();
}

/** Reads names, contents and times of everything in a folder, to see that nothing changed. */
export async function contentsOf(folder: string): Promise<string[]> {
  const items = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = items.map(async (item) => {
    const path = join(item.parentPath, item.name);
    const { mtimeMs, mode } = await stat(path);
    const digest = item.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : '';
    return `${path} ${mode} ${mtimeMs} ${digest}`;
  });
  return (await Promise.all(lines)).sort();
}
