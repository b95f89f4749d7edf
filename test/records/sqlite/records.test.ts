import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BackendUnavailableError, DiskFullError } from '../../../lib/errors.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { keptCountSql, keptShareSql } from '../../../lib/records/sqlite/kept-faces.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { prepareStatements } from '../../../lib/records/sqlite/statements.ts';
import { processedResult } from '../../suites/records/fixtures.ts';
import { recordStoreSuite } from '../../suites/records.ts';

recordStoreSuite('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'records-'));
  const databases: DatabaseSync[] = [];
  const open = async () => {
    const database = await openDatabase(join(folder, 'records.sqlite'));
    databases.push(database);
    return openSqliteRecords(database);
  };
  return {
    store: await open(),
    another: open,
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
    using database = await openDatabase(path);
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

  test('is written through to the disk at every commit', async () => {
    using database = await openDatabase(path);
    const setting = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(setting('journal_mode')).toBe('wal');
    expect(setting('synchronous')).toBe(2);
    expect(setting('busy_timeout')).toBe(0);
    expect(setting('foreign_keys')).toBe(1);
    expect(setting('trusted_schema')).toBe(0);
  });

  test('holds everything in itself once the store is closed, though another has it open', async () => {
    const store = openSqliteRecords(await openDatabase(path));
    using _another = await openDatabase(path);
    await store.createEntry({ name: 'Ada', reason: null });
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    await store.close();
    expect((await stat(`${path}-wal`)).size).toBe(0);
  });

  test('that is no database, or can not be made, is refused', async () => {
    await writeFile(join(folder, 'text'), 'This is not a database. '.repeat(100));
    await expect(openDatabase(join(folder, 'text'))).rejects.toThrow(BackendUnavailableError);
    await expect(openDatabase(join(folder, 'text', 'records.sqlite'))).rejects.toThrow(
      BackendUnavailableError,
    );
    await mkdir(path, { recursive: true });
    await expect(openDatabase(path)).rejects.toThrow(BackendUnavailableError);
  });

  test('that another process keeps locked makes the store unavailable for writes, not for reads', async () => {
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    const entry = await store.createEntry({ name: 'Ada', reason: null });
    using other = await openDatabase(path);
    other.exec('BEGIN IMMEDIATE');

    const refused = expect.objectContaining({
      code: 'backend_unavailable',
      message: 'Another program has locked the database.',
      retryAfterSeconds: 5,
      cause: expect.any(Error),
    });
    const writes = await Promise.allSettled([
      store.createEntry({ name: 'Bob', reason: null }),
      store.activateEntry(entry.id),
      store.addProcessed('a', processedResult()),
      store.removeEntry(entry.id),
    ]);
    expect(writes).toEqual(writes.map(() => ({ status: 'rejected', reason: refused })));
    expect(await store.getEntry(entry.id)).toEqual(entry);

    other.exec('COMMIT');
    expect(await store.createEntry({ name: 'Bob', reason: null })).toMatchObject({ name: 'Bob' });
  });

  test('that is full says so, and nothing half-written stays', async () => {
    using database = await openDatabase(path);
    const store = openSqliteRecords(database);
    database.exec('PRAGMA max_page_count = 20');
    const reason = 'x'.repeat(100_000);
    await expect(store.createEntry({ name: 'Ada', reason })).rejects.toThrow(DiskFullError);
    expect(await store.listEntries('PENDING')).toEqual([]);
    expect(await store.createEntry({ name: 'Ada', reason: null })).toMatchObject({ name: 'Ada' });
  });

  test('that was closed makes the store unavailable', async () => {
    const store = openSqliteRecords(await openDatabase(path));
    await store.close();
    await expect(store.check()).rejects.toThrow(BackendUnavailableError);
    await expect(store.getEntry(1)).rejects.toThrow(BackendUnavailableError);
    await expect(store.createEntry({ name: 'Ada', reason: null })).rejects.toThrow(BackendUnavailableError);
  });

  test('can be opened by several at the very moment when it is made', async () => {
    const paths = Array.from({ length: 10 }, (_, round) => `${path}.${round}`);
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
  });

  test('can be made and written by several processes at the same moment', async () => {
    const children = Array.from({ length: 4 }, (_, index) => run(path, 'Ada', `name ${index}`));
    const outputs = await Promise.all(children.map((child) => text(child.stdout)));
    const outcomes = outputs.flatMap((output) => output.trim().split('\n')).map((line) => JSON.parse(line));
    expect(outcomes.filter((outcome) => outcome.name === 'Ada')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.code === 'name_taken')).toHaveLength(3);

    using database = await openDatabase(path);
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

    using database = await openDatabase(path);
    const kept = await openSqliteRecords(database).listEntries('PENDING');
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(kept.map((entry) => entry.name)).toEqual(expect.arrayContaining(acknowledged));
  });
});

describe('what SQLite does for a statement', () => {
  let folder: string;
  const plans = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'));
    using database = await openDatabase(join(folder, 'records.sqlite'));
    for (const [name, statement] of Object.entries(prepareStatements(database))) {
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`).all();
      const details = steps.map((step) => String(step.detail));
      plans.set(name, details);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a page and the total of processed pictures are found by id, whatever the size of the table', () => {
    expect(plans.get('lastProcessed')).toEqual(['SEARCH processed']);
    const steps = ['SEARCH processed USING INTEGER PRIMARY KEY (rowid=?)'];
    steps.push('SEARCH review USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN');
    expect(plans.get('recordsAmong')).toEqual(expect.arrayContaining(steps));
  });

  test('kept faces are counted and shared out by an index, and no embedding is read for it', async () => {
    using database = await openDatabase(join(folder, 'records.sqlite'));
    const planOf = (sql: string) => {
      return database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((step) => String(step.detail));
    };
    expect(planOf(keptCountSql)).toContain('SCAN kept_face USING COVERING INDEX kept_face_version');
    expect(planOf(keptShareSql)).toEqual([
      'SEARCH kept_face USING COVERING INDEX kept_face_version (version=? AND at>?)',
      'SEARCH kept_face_code USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
    ]);
  });

  test('what the filters leave is found by ranks and times, whatever the size of the tables', () => {
    for (const name of ['firstOfRun', 'firstOfRunSince', 'lastOfRun']) {
      expect(plans.get(name)).toEqual([
        expect.stringMatching(/^SEARCH processed USING COVERING INDEX processed_run \(run=\?/),
      ]);
    }
    const byId = expect.stringMatching(
      /^SEARCH processed_place USING INDEX \S+ \(scope=\? AND processed_id[<>]\?\)$/,
    );
    expect([plans.get('firstPlace'), plans.get('lastPlace')]).toEqual([[byId], [byId]]);
    expect(plans.get('placedRange')).toEqual([
      'SEARCH processed_place USING PRIMARY KEY (scope=? AND rank>? AND rank<?)',
    ]);
    expect(plans.get('decidedRanks')?.[0]).toBe(
      'SEARCH review USING COVERING INDEX review_rank (verdict=? AND rank>? AND rank<?)',
    );
  });

  test('images among given ids, and their entries, are found by id', () => {
    expect(plans.get('activeImagesAmong')?.[0]).toMatch(/^SEARCH image USING INDEX \S+ \(id=\?\)$/);
    expect(plans.get('activeEntriesAmong')?.[0]).toBe('SEARCH entry USING INTEGER PRIMARY KEY (rowid=?)');
  });

  test('no statement goes through a whole table', () => {
    const steps = [...plans.values()].flat();
    expect(steps.length).toBeGreaterThan(15);
    expect(
      steps.filter((step) =>
        /^SCAN (entry|image|processed|processed_place|place|review|kept_face)\b/.test(step),
      ),
    ).toEqual([]);
  });
});
