import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mergeHolder } from '../../../lib/blacklist/held-images.ts';
import type { ReviewState } from '../../../lib/contract/review.ts';
import { NameTakenError } from '../../../lib/errors.ts';
import { foldedName } from '../../../lib/names/folded-name.ts';
import { noDetails } from '../../../lib/records/entry.ts';
import type { RecordStore } from '../../../lib/records/port.ts';
import type { ProcessedFilter } from '../../../lib/records/processed.ts';
import { redacted } from '../../../lib/records/shared/redaction.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';
import { addErasedState } from '../../../lib/records/sqlite/erased-state.ts';
import { faceCodesMigration } from '../../../lib/records/sqlite/face-codes.ts';
import { migrations } from '../../../lib/records/sqlite/migrations.ts';
import { SqliteOutbox } from '../../../lib/records/sqlite/outbox.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import {
  activeEntry,
  addImage,
  enrolledFace,
  getImage,
  resultShowing,
} from '../../suites/records/fixtures.ts';
import { namesIn, namesOfNow, namesOfOld } from '../../suites/records/old-names.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'));
  path = join(folder, 'records.sqlite');
});
afterEach(() => rm(folder, { recursive: true }));

/** Makes a database as that version did. */
function databaseOf(version: number): DatabaseSync {
  const database = new DatabaseSync(path);
  // As where a database is opened: a migration changes the schema's text.
  database.enableDefensive(false);
  for (const migration of migrations.slice(0, version)) {
    if (typeof migration === 'string') database.exec(migration);
    else migration(database);
  }
  database.exec(`PRAGMA user_version = ${version}`);
  return database;
}

function insertImage(database: DatabaseSync): void {
  database.exec(`
    INSERT INTO entry (name, added_date, status) VALUES ('Ada', '2026-05-04T09:30:00.000Z', 'ACTIVE');
    INSERT INTO image (id, entry_id, key, added_date, status)
    VALUES ('image-1', 1, 'blacklist/1/image-1.jpg', '2026-05-04T09:30:00.000Z', 'ACTIVE')`);
}

describe('a database', () => {
  test('made by a newer version is refused, and left as it is', async () => {
    const newer = await openDatabase(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    await expect(openDatabase(path)).rejects.toThrow(/newer version.*schema is version 99.*another DATA_DIR/);
    using database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
  });

  test('made by the first version is brought up to date with all that it holds', async () => {
    const before = databaseOf(1);
    insertImage(before);
    before.close();
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    expect(await store.listEntries('ACTIVE')).toMatchObject([{ id: 1, name: 'Ada', imageCount: 1 }]);
    expect(await getImage(store, 'image-1')).toMatchObject({ status: 'ACTIVE', face: null });
    await store.replaceFace('image-1', enrolledFace);
    expect(await getImage(store, 'image-1')).toMatchObject({ face: enrolledFace });
  });

  test('from before pictures could be filtered has them all where they belong, and goes on from there', async () => {
    const before = databaseOf(2);
    insertImage(before);
    const { quality: _, ...face } = enrolledFace;
    before.prepare('UPDATE image SET face = ?').run(JSON.stringify(face));
    const insert = before.prepare('INSERT INTO processed (picture_id, result) VALUES (?, ?)');
    const old: [timestamp: string, shows: number[]][] = [
      ['2026-05-04T09:30:00.250Z', [2, 1]],
      ['2026-05-04T09:29:59.000Z', []],
      ['2999-01-01T00:00:00.000Z', [1]],
      ['2026-05-04T09:30:01.001Z', []],
    ];
    for (const [index, [processing_timestamp, shows]] of old.entries()) {
      insert.run(`old-${index}`, JSON.stringify({ ...resultShowing(...shows), processing_timestamp }));
    }
    before.close();
    const opened = Date.now();
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);

    expect(await getImage(store, 'image-1')).toMatchObject({ face: { ...face, quality: null }, file: null });
    const { items } = await store.listProcessed({ limit: 100, offset: 0 });
    const times = items.toReversed().map(({ processing_timestamp }) => processing_timestamp ?? '');
    expect(times.slice(0, 2)).toEqual(Array(2).fill('2026-05-04T09:30:00.250Z'));
    // The clock was wrong once, so that moment is in the future. Later pictures must not wait for it.
    for (const time of times.slice(2)) expect(Math.abs(Date.parse(time) - opened)).toBeLessThan(60_000);
    const crowd = Array.from({ length: 60 }, (_, index) => index + 1);
    expect(await store.addProcessed('new', resultShowing(...crowd))).toMatchObject({ id: 5 });
    const idsOf = async (filter: ProcessedFilter) =>
      (await store.listProcessed({ limit: 100, offset: 0, ...filter })).items.map(({ db_id }) => db_id);
    expect(await idsOf({ hasMatch: true })).toEqual([5, 3, 1]);
    expect(await idsOf({ hasMatch: false })).toEqual([4, 2]);
    expect(await idsOf({ entryId: 1 })).toEqual([5, 3, 1]);
    expect(await idsOf({ entryId: 2 })).toEqual([5, 1]);
    expect(await idsOf({ until: new Date('2026-05-04T09:30:00.251Z') })).toEqual([2, 1]);
  });

  test('from before erased matches closed a picture has none open that nobody can judge', async () => {
    const before = databaseOf(migrations.indexOf(addErasedState));
    const old = openSqliteRecords(before);
    const crowd = Array.from({ length: 60 }, (_, index) => index + 101);
    const ids: number[] = [];
    for (const [index, shown] of [[1], [1, 2], [1, 2], [2], [1], crowd].entries()) {
      ids.push((await old.addProcessed(`old-${index}`, resultShowing(...shown))).id);
    }
    const [alone = 0, withOther = 0, withJudged = 0, other = 0, judged = 0, erasedCrowd = 0] = ids;
    const review = { faceIndex: 0, verdict: 'confirmed', note: null, actor: 'ada' } as const;
    await old.reviewProcessed(withJudged, { ...review, entryId: 2 }, 1);
    await old.reviewProcessed(judged, { ...review, entryId: 1 }, 1);
    const erase = before.prepare(
      "INSERT INTO erasure (entry_id, history, started, removed) VALUES (?, 'redact', '2026-05-04T09:30:00.000Z', '{}')",
    );
    const change = before.prepare('UPDATE processed SET result = ? WHERE id = ?');
    for (const entryId of [1, ...crowd]) {
      erase.run(entryId);
      for (const id of ids) {
        const result = await old.getProcessed(id);
        if (result) change.run(JSON.stringify(redacted(result, entryId)), id);
      }
    }
    const idsOf = async (store: RecordStore, filter: ProcessedFilter & { review?: ReviewState }) => {
      const { total, items } = await store.listProcessed({ limit: 100, offset: 0, ...filter });
      expect(total).toBe(items.length);
      return items.map(({ db_id }) => db_id);
    };
    expect(await idsOf(old, { review: 'open' })).toEqual([erasedCrowd, other, withJudged, withOther, alone]);
    before.close();
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    expect(await idsOf(store, { review: 'open' })).toEqual([other, withOther]);
    expect(await idsOf(store, { review: 'open', entryId: 1 })).toEqual([withOther]);
    expect(await idsOf(store, { review: 'confirmed' })).toEqual([judged, withJudged]);
    expect(await idsOf(store, { hasMatch: true })).toEqual(ids.toReversed());
    await store.redactProcessed([other], 2);
    expect(await idsOf(store, { review: 'open' })).toEqual([withOther]);
  });

  /** Restores a database that SQLite dumped after that version had used it. */
  async function restoreVersion5(): Promise<Map<string, unknown[]>> {
    using before = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    before.exec(await readFile(join(import.meta.dirname, 'databases/version-5.sql'), 'utf8'));
    before.exec('PRAGMA journal_mode = WAL');
    return rowsOf(before);
  }

  function rowsOf(database: DatabaseSync): Map<string, unknown[]> {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all();
    return new Map(
      tables.map(({ name }) => {
        const order = name === 'processed_place' ? ' ORDER BY scope, rank' : '';
        return [String(name), database.prepare(`SELECT * FROM ${name}${order}`).all()] as const;
      }),
    );
  }

  function newColumns(table: string, { name }: Record<string, unknown>): Record<string, unknown> {
    if (table === 'processed') return { run: 0, actor: null };
    if (table === 'image') return { holder: null };
    if (table !== 'entry') return {};
    return {
      ...{ folded_name: foldedName(String(name)), folded_category: null, search_text: expect.any(String) },
      ...{ expires_at: null, review_at: null, category: null, severity: null, notes: null, suspended: 0 },
      ...{ added_by: null, updated_by: null, updated_date: null, version: 1, claimed_until: null },
    };
  }

  test('from before names had a normal form has all names and reasons in it, and nobody is lost', async () => {
    const before = databaseOf(5);
    const insert = before.prepare(
      "INSERT INTO entry (name, reason, added_date, status) VALUES (?, ?, '2026-05-04T09:30:00.000Z', ?)",
    );
    for (const { name, reason, status } of namesOfOld) insert.run(name, reason, status);
    before.close();

    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    expect(await namesIn(store)).toEqual(namesOfNow);
    expect((await store.findEntry('Zoë'))?.id).toBe(1);
    expect((await store.findAlike('zoe')).map(({ id }) => id)).toEqual([1, 9]);
    await expect(store.createEntry({ name: 'Zoë', reason: null })).rejects.toThrow(NameTakenError);
    expect(await store.normalizeEntries()).toEqual([]);
  });

  test('from before entries could end has them without an end, found by name and reason', async () => {
    const before = databaseOf(8);
    const insert = before.prepare(
      "INSERT INTO entry (name, folded_name, reason, added_date, status) VALUES (?, ?, ?, ?, 'ACTIVE')",
    );
    const addedDate = '2026-05-04T09:30:00.000Z';
    insert.run('Anne-Zoë', 'ANNE-ZOE', 'Theft of a co-worker’s bag', addedDate);
    insert.run('Bob', 'BOB', null, addedDate);
    before.close();

    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    const { total, items } = await store.findEntries({ expired: false, search: 'annezoe' });
    expect([total, items]).toMatchObject([
      1,
      [
        {
          id: 1,
          name: 'Anne-Zoë',
          ...noDetails,
          addedBy: null,
          updatedBy: null,
          updatedDate: null,
          version: 1,
        },
      ],
    ]);
    expect(await store.findEntries({ search: 'coworker' })).toEqual({ total, items });
    expect(await store.updateEntry(1, { suspended: true }, { ifVersion: [1] })).toMatchObject({ version: 2 });
  });

  test('from before ids were given once alone keeps every row, and is whole', async () => {
    const before = await restoreVersion5();
    using database = await openDatabase(path);
    const after = rowsOf(database);
    expect([...after.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
    for (const [table, rows] of before) {
      const expected = rows as Record<string, unknown>[];
      expect(after.get(table)).toEqual(expected.map((row) => ({ ...row, ...newColumns(table, row) })));
    }
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    expect(database.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
  });

  test('from before ids were given once alone gives none again, however its newest rows go', async () => {
    await restoreVersion5();
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    const outbox = new SqliteOutbox(database);
    const highest = () =>
      Object.fromEntries(
        ['entry.id', 'image.sequence', 'processed.id', 'receiver.id'].map((column) => {
          const [table] = column.split('.');
          return [column, Number(database.prepare(`SELECT max(${column}) AS id FROM ${table}`).get()?.id)];
        }),
      );
    const before = highest();
    // A later version, or a person, may remove the newest record of each kind.
    const [entry] = await store.listEntries('ACTIVE');
    await outbox.setReceivers([]);
    database.exec(`
      DELETE FROM delivery; DELETE FROM receiver; DELETE FROM image WHERE sequence = ${before['image.sequence']};
      DELETE FROM processed_place WHERE processed_id = ${before['processed.id']};
      DELETE FROM processed WHERE id = ${before['processed.id']}`);
    await addImage(store, entry?.id ?? 0);
    await activeEntry(store, 'Lise');
    await store.addProcessed('new', resultShowing());
    await outbox.setReceivers(['https://hooks.example/new']);
    const after = highest();
    for (const [column, id] of Object.entries(before)) expect(after[column]).toBeGreaterThan(id);
    // The entry that was deleted before had an id too.
    expect(after['entry.id']).toBe(4);
  });

  test('of an earlier release keeps its faces, and knows that they lack codes', async () => {
    const before = databaseOf(migrations.indexOf(faceCodesMigration));
    before.exec(`
      CREATE TABLE faces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        image_id TEXT NOT NULL,
        entry_id INTEGER NOT NULL,
        model TEXT NOT NULL,
        x INTEGER NOT NULL, y INTEGER NOT NULL, w INTEGER NOT NULL, h INTEGER NOT NULL,
        embedding BLOB NOT NULL,
        UNIQUE (image_id, model)
      ) STRICT;
      INSERT INTO faces VALUES (7, 'image-1', 1, 'Dlib', 1, 2, 3, 4, zeroblob(512));
    `);
    const faces = before.prepare('SELECT * FROM faces').all();
    before.close();
    using after = await openDatabase(path);
    expect(after.prepare('SELECT * FROM faces').all()).toEqual(faces);
    expect(openSqliteEmbeddings(after).lacksCodes()).toBe(true);
    using made = await openDatabase(join(folder, 'new.sqlite'));
    expect(openSqliteEmbeddings(made).lacksCodes()).toBe(false);
  });

  test('of an earlier release knows which images a broken merge may take back', async () => {
    const before = databaseOf(migrations.indexOf(addErasedState) - 1);
    insertImage(before);
    before.exec(`
      INSERT INTO image (id, entry_id, key, added_date, status)
      VALUES ('image-2', 1, 'b/1/image-2.jpg', '2026-05-04T09:31:00.000Z', 'ACTIVE');
      INSERT INTO note VALUES ('merge 7', '{"into": 1, "token": "t", "images": ["image-2", "gone"], "calls": [], "seen": 5}'),
        ('merge 8', '{"into": 2, "token": "u", "images": ["image-1"], "calls": [], "seen": 5}'),
        ('other', 'no JSON')`);
    before.close();
    const database = await openDatabase(path);
    const store = openSqliteRecords(database);
    expect(await getImage(store, 'image-2')).toMatchObject({ holder: mergeHolder(7, 't') });
    expect((await getImage(store, 'image-1'))?.holder).toBeUndefined();
    expect(await store.mergeClaim(7)).toMatchObject({ token: 't' });
    database.close();
  });

  test('made new, and one brought up to date, have the same schema', async () => {
    await restoreVersion5();
    const schemaOf = (database: DatabaseSync) =>
      database
        .prepare(
          "SELECT name, sql FROM sqlite_schema WHERE name <> 'faces' AND sql IS NOT NULL ORDER BY name",
        )
        .all();
    using old = await openDatabase(path);
    using made = await openDatabase(join(folder, 'new.sqlite'));
    expect(schemaOf(old)).toEqual(schemaOf(made));
    const ids = schemaOf(made).filter(({ sql }) => String(sql).includes('INTEGER PRIMARY KEY'));
    expect(ids.map(({ name }) => name)).toEqual([
      'entry',
      'erasure',
      'face_code',
      'image',
      'kept_face',
      'kept_face_code',
      'notice',
      'processed',
      'receiver',
      'review',
    ]);
    // Erasures have the ids of their entries, codes those of faces, and reviews those of pictures.
    const borrowed = ['erasure', 'face_code', 'kept_face_code', 'review'];
    for (const { sql } of ids.filter(({ name }) => !borrowed.includes(String(name))))
      expect(sql).toContain('INTEGER PRIMARY KEY AUTOINCREMENT');
  });
});
