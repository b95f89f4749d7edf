import type { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config.ts';
import { requireWritableFolder } from '../writable-folder.ts';
import { once } from './opened.ts';
import type { StoreAdapters } from './store-adapters.ts';

/** Opens the records' SQLite database, once for the whole process. */
export function sqliteDatabase(config: Config): Promise<DatabaseSync> {
  return once(config, 'database', async () => {
    const { openDatabase, recordsFile } = await import('../records/sqlite/database.ts');
    requireWritableFolder(config.dataDir, 'DATA_DIR');
    return openDatabase(recordsFile(config));
  });
}

/** Gives the adapters of records that lie in the data folder. */
export function sqliteAdapters(config: Config): StoreAdapters {
  const database = () => sqliteDatabase(config);
  const dataFolder = async () =>
    (await import('../records/sqlite/data-folder.ts')).openSqliteDataFolder(config);
  return {
    dataFolder,
    records: async () => (await import('../records/sqlite/records.ts')).openSqliteRecords(await database()),
    async presentRecords() {
      if ((await dataFolder()).missingRecords() !== undefined) return undefined;
      const { openDatabase, recordsFile } = await import('../records/sqlite/database.ts');
      const { openSqliteRecords } = await import('../records/sqlite/records.ts');
      return openSqliteRecords(await openDatabase(recordsFile(config)));
    },
    audit: async () => new (await import('../records/sqlite/audit.ts')).SqliteAudit(await database()),
    keptAnswers: async () =>
      new (await import('../records/sqlite/kept-answers.ts')).SqliteKeptAnswers(await database()),
    collectionsNote: async () =>
      (await import('../records/sqlite/collections-note.ts')).openSqliteCollectionsNote(await database()),
    keptFaces: async () => undefined,
    outbox: () =>
      once(config, 'outbox', async () => {
        const { SqliteOutbox } = await import('../records/sqlite/outbox.ts');
        return new SqliteOutbox(await database());
      }),
    storeId: async () => (await import('../records/sqlite/database.ts')).storeId(await database()),
  };
}
