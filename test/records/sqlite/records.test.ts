import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors.ts';
import type { ProcessedFilter } from '../../../lib/records/port.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { prepareStatements } from '../../../lib/records/sqlite/statements.ts';
import {
  activeEntry,
  enrolledFace,
  getImage,
  processedResult,
  resultShowing,
} from '../../suites/records/fixtures.ts';
import { recordStoreSuite } from '../../suites/records.ts';

recordStoreSuite('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'records-'));
  const databases: DatabaseSync[] = [];
  const open = () => {
    const database = openDatabase(join(folder, 'records.sqlite'));
    databases.push(database);
    return openSqliteRecords(database);
  };
  return {
    store: open(),
    another: async () => open(),
    remove: async () => {
      for (const database of databases) if (database.isOpen) database.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('the SQLite file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'));
    path = join(folder, 'data', 'records.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (...options: string[]): ChildProcessByStdio<null, Readable, Readable> =>
    spawn(process.execPath, [join(import.meta.dirname, 'create-entries.ts'), ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test('is for its owner alone, and so is its folder', async () => {
    using database = openDatabase(path);
    await openSqliteRecords(database).createEntry({ name: 'Ada', reason: null });
    const modes: Record<string, number> = {};
    for (const name of [dirname(path), path, `${path}-wal`, `${path}-shm`]) {
      modes[name.slice(folder.length)] = (await stat(name)).mode & 0o777;
    }
    expect(modes).toEqual({
      '/data': 0o700,
      '/data/records.sqlite': 0o600,
      '/data/records.sqlite-wal': 0o600,
      '/data/records.sqlite-shm': 0o600,
    });
  });

  test('is written through to the disk at every commit', () => {
    using database = openDatabase(path);
    const setting = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(setting('journal_mode')).toBe('wal');
    expect(setting('synchronous')).toBe(2);
    expect(setting('busy_timeout')).toBe(5000);
    expect(setting('foreign_keys')).toBe(1);
    expect(setting('trusted_schema')).toBe(0);
  });

  test('holds everything in itself once the store is closed, though another has it open', async () => {
    const store = openSqliteRecords(openDatabase(path));
    using _another = openDatabase(path);
    await store.createEntry({ name: 'Ada', reason: null });
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    await store.close();
    expect((await stat(`${path}-wal`)).size).toBe(0);
  });

  test('made by a newer version is refused, and left as it is', () => {
    const newer = openDatabase(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => openDatabase(path)).toThrow(/newer version.*schema is version 99.*another DATA_DIR/);
    using database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
  });

  test('made by the version before is brought up to date with all that it holds', async () => {
    using before = openDatabase(path);
    const { entry, imageId } = await activeEntry(openSqliteRecords(before), 'Ada');
    before.exec('ALTER TABLE image DROP COLUMN face');
    backToVersion(before, 1);
    using database = openDatabase(path);
    const store = openSqliteRecords(database);
    expect(await store.listEntries('ACTIVE')).toEqual([entry]);
    expect(await getImage(store, imageId)).toMatchObject({ status: 'ACTIVE', face: null });
    await store.replaceFace(imageId, enrolledFace);
    expect(await getImage(store, imageId)).toMatchObject({ face: enrolledFace });
  });

  test('from before pictures could be filtered has them all where they belong, and goes on from there', async () => {
    using before = openDatabase(path);
    const { imageId } = await activeEntry(openSqliteRecords(before), 'Ada');
    backToVersion(before, 2);
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
    const opened = Date.now();
    using database = openDatabase(path);
    const store = openSqliteRecords(database);

    expect(await getImage(store, imageId)).toMatchObject({ face: { ...face, quality: null }, file: null });
    const { items } = await store.listProcessed({ limit: 100, offset: 0 });
    const times = items.toReversed().map(({ processing_timestamp }) => processing_timestamp ?? '');
    expect(times.slice(0, 2)).toEqual(Array(2).fill('2026-05-04T09:30:00.250Z'));
    // The clock was wrong once: that moment is still to come, and what comes next must not wait for it.
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

  test('that is no database, or can not be made, is refused', async () => {
    await writeFile(join(folder, 'text'), 'This is not a database. '.repeat(100));
    expect(() => openDatabase(join(folder, 'text'))).toThrow(BackendUnavailableError);
    expect(() => openDatabase(join(folder, 'text', 'records.sqlite'))).toThrow(BackendUnavailableError);
    await mkdir(path, { recursive: true });
    expect(() => openDatabase(path)).toThrow(BackendUnavailableError);
  });

  test('that another process keeps locked makes the store unavailable for writes, not for reads', async () => {
    using database = openDatabase(path);
    const store = openSqliteRecords(database);
    const entry = await store.createEntry({ name: 'Ada', reason: null });
    database.exec('PRAGMA busy_timeout = 20');
    using other = openDatabase(path);
    other.exec('BEGIN IMMEDIATE');

    const refused = expect.objectContaining({ code: 'backend_unavailable', cause: expect.any(Error) });
    await expect(store.createEntry({ name: 'Bob', reason: null })).rejects.toEqual(refused);
    await expect(store.activateEntry(entry.id)).rejects.toEqual(refused);
    await expect(store.addProcessed('a', processedResult())).rejects.toEqual(refused);
    expect(await store.getEntry(entry.id)).toEqual(entry);

    other.exec('COMMIT');
    expect(await store.createEntry({ name: 'Bob', reason: null })).toMatchObject({ name: 'Bob' });
  });

  test('that is full makes the store unavailable, and nothing half-written stays', async () => {
    using database = openDatabase(path);
    const store = openSqliteRecords(database);
    database.exec('PRAGMA max_page_count = 20');
    const reason = 'x'.repeat(100_000);
    await expect(store.createEntry({ name: 'Ada', reason })).rejects.toThrow(BackendUnavailableError);
    expect(await store.listEntries('PENDING')).toEqual([]);
    expect(await store.createEntry({ name: 'Ada', reason: null })).toMatchObject({ name: 'Ada' });
  });

  test('that was closed makes the store unavailable', async () => {
    const store = openSqliteRecords(openDatabase(path));
    await store.close();
    await expect(store.check()).rejects.toThrow(BackendUnavailableError);
    await expect(store.getEntry(1)).rejects.toThrow(BackendUnavailableError);
    await expect(store.createEntry({ name: 'Ada', reason: null })).rejects.toThrow(BackendUnavailableError);
  });

  test('can be opened by several at the very moment when it is made', async () => {
    const paths = Array.from({ length: 25 }, (_, round) => `${path}.${round}`);
    const workerData = {
      paths,
      workers: 4,
      arrivals: new Int32Array(new SharedArrayBuffer(4 * paths.length)),
    };
    const workers = Array.from(
      { length: workerData.workers },
      () => new Worker(new URL('open-together.ts', import.meta.url), { workerData }),
    );
    const outcomes = await Promise.all(workers.map((worker) => once(worker, 'message')));
    expect(outcomes).toEqual(workers.map(() => ['opened all']));
  }, 20_000);

  test('can be made and written by several processes at the same moment', async () => {
    const children = Array.from({ length: 4 }, (_, index) => run(path, 'Ada', `name ${index}`));
    const outputs = await Promise.all(children.map((child) => text(child.stdout)));
    const outcomes = outputs.flatMap((output) => output.trim().split('\n')).map((line) => JSON.parse(line));
    expect(outcomes.filter((outcome) => outcome.name === 'Ada')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.code === 'name_taken')).toHaveLength(3);

    using database = openDatabase(path);
    const entries = await openSqliteRecords(database).listEntries('PENDING');
    expect(entries.map((entry) => entry.name).sort()).toEqual([
      'Ada',
      'name 0',
      'name 1',
      'name 2',
      'name 3',
    ]);
  });

  test('has every entry that a killed process had acknowledged', async () => {
    const child = run('--until-killed', path);
    const acknowledged: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(JSON.parse(line).name);
      if (acknowledged.length === 50) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');

    using database = openDatabase(path);
    const kept = await openSqliteRecords(database).listEntries('PENDING');
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(kept.map((entry) => entry.name)).toEqual(expect.arrayContaining(acknowledged));
  });
});

/** Makes of a database without processed pictures one of that version, from before there was an outbox. */
function backToVersion(database: DatabaseSync, version: number): void {
  database.exec(`
    DROP TABLE processed_place;
    DROP TABLE delivery_entry;
    DROP TABLE delivery;
    DROP TABLE receiver;
    DROP INDEX processed_at;
    ALTER TABLE processed DROP COLUMN at;
    ALTER TABLE image DROP COLUMN file;
    PRAGMA user_version = ${version}`);
}

describe('what SQLite does for a statement', () => {
  let folder: string;
  const plans = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'));
    using database = openDatabase(join(folder, 'records.sqlite'));
    for (const [name, statement] of Object.entries(prepareStatements(database))) {
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`).all();
      const details = steps.map((step) => String(step.detail));
      plans.set(name, details);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a page and the total of processed pictures are found by id, whatever the size of the table', () => {
    expect(plans.get('processedTotal')).toEqual(['SEARCH processed']);
    expect(plans.get('processedRange')).toEqual([
      'SEARCH processed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    ]);
  });

  test('what the filters leave is found by ranks and times, whatever the size of the tables', () => {
    expect(plans.get('firstProcessedSince')).toEqual([
      'SEARCH processed USING COVERING INDEX processed_at (at>?)',
    ]);
    const byId = expect.stringMatching(
      /^SEARCH processed_place USING INDEX \S+ \(scope=\? AND processed_id[<>]\?\)$/,
    );
    expect([plans.get('firstPlace'), plans.get('lastPlace')]).toEqual([[byId], [byId]]);
    expect(plans.get('placedRange')).toEqual([
      'SEARCH processed_place USING PRIMARY KEY (scope=? AND rank>? AND rank<?)',
      'SEARCH processed USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
  });

  test('images among given ids, and their entries, are found by id', () => {
    expect(plans.get('activeImagesAmong')?.[0]).toMatch(/^SEARCH image USING INDEX \S+ \(id=\?\)$/);
    expect(plans.get('activeEntriesAmong')?.[0]).toBe('SEARCH entry USING INTEGER PRIMARY KEY (rowid=?)');
  });

  test('no statement goes through a whole table', () => {
    const steps = [...plans.values()].flat();
    expect(steps.length).toBeGreaterThan(15);
    expect(steps.filter((step) => /^SCAN (entry|image|processed|processed_place)\b/.test(step))).toEqual([]);
  });
});
