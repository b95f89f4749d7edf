import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { DataFolder, FolderWork } from '../data-folder.ts';
import { connect } from './connection.ts';
import { recordsFile } from './database.ts';
import { claim } from './outbox.ts';

/** Opens the folder of a machine's database. Its claims are locks of SQLite, since Node has none of files. */
export function openSqliteDataFolder(config: Pick<Config, 'dataDir' | 'aws'>): DataFolder {
  const path = recordsFile(config);
  const claims: Readonly<Record<FolderWork, string>> = {
    server: `${path}-server`,
    enroll: join(config.dataDir, 'enroll.lock'),
  };
  return {
    keepsRecords: true,
    claim: (work) => claim(claims[work]),
    missingRecords: () => (existsSync(path) ? undefined : path),
    mayHaveKeptFaces: () => existsSync(path) && countKeptFaces(path) > 0,
  };
}

/** Counts the kept faces of a database, which an earlier version may have made. */
function countKeptFaces(path: string): number {
  using database = connect(path, { readOnly: true });
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'kept_face'");
  return table.get() ? Number(database.prepare('SELECT count(*) AS count FROM kept_face').get()?.count) : 0;
}
