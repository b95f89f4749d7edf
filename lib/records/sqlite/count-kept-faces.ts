import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { connect } from './connection.ts';
import { recordsFile } from './database.ts';

/** Counts the kept faces of a machine, also of a database that an earlier version made. */
export function countKeptFaces(config: Pick<Config, 'dataDir' | 'aws'>): number {
  const path = recordsFile(config);
  if (!existsSync(path)) return 0;
  using database = connect(path, { readOnly: true });
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'kept_face'");
  return table.get() ? Number(database.prepare('SELECT count(*) AS count FROM kept_face').get()?.count) : 0;
}
