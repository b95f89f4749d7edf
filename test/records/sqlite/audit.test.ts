import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { SqliteAudit } from '../../../lib/records/sqlite/audit.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteRecords } from '../../../lib/records/sqlite/records.ts';
import { auditSuite } from '../../suites/audit.ts';
import { activeEntry } from '../../suites/records/fixtures.ts';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  const databases: DatabaseSync[] = [];
  const another = async () => {
    const database = await openDatabase(join(folder, 'records.sqlite'));
    databases.push(database);
    return database;
  };
  const database = await another();
  return {
    database,
    store: openSqliteRecords(database),
    trail: new SqliteAudit(database),
    another: async () => openSqliteRecords(await another()),
    remove: async () => {
      for (const each of databases) if (each.isOpen) each.close();
      await rm(folder, { recursive: true });
    },
  };
}

auditSuite('SQLite', async () => {
  const opened = await open();
  const { database } = opened;
  // Whoever has the file can also take the triggers away.
  database.exec('DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed');
  return {
    ...opened,
    breakLines: async () =>
      database.exec("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'broken'); END"),
    tamper: async ({ sequence }, line) => {
      database.prepare('DELETE FROM audit WHERE sequence = ?').run(sequence);
      if (!line) return;
      database
        .prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          line.sequence,
          Date.parse(line.time),
          line.actor,
          line.role,
          line.action,
          line.entryId,
          line.imageId,
          line.pictureId,
          line.requestId,
          line.outcome,
          line.threshold,
          line.detail,
          Buffer.from(line.hash, 'hex'),
        );
    },
  };
});

test('lines are neither changed nor removed by mistake', async () => {
  const { database, store, remove } = await open();
  await activeEntry(store, 'Ada');
  expect(() => database.exec("UPDATE audit SET actor = 'x'")).toThrow(/not changed/);
  expect(() => database.exec('DELETE FROM audit')).toThrow(/not removed/);
  await remove();
});
