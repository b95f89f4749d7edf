import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type EngineSettings, openEngine } from '../../../lib/faces/engine/engine.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import { openDatabase } from '../../../lib/records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';

/** A database file for the engine's tests, and engines on it. */
export interface Galleries {
  /**
   * Opens another engine on the same file, as a second process would. It has a database handle of its own
   * unless one is given.
   */
  open(settings?: Partial<EngineSettings> & { database?: DatabaseSync }): Promise<FaceBackend>;
  /** Opens another handle on the same file. */
  database(): Promise<DatabaseSync>;
  /** Closes everything, and removes the file. */
  remove(): Promise<void>;
}

export async function galleries(): Promise<Galleries> {
  const folder = await mkdtemp(join(tmpdir(), 'faces-'));
  const backends: FaceBackend[] = [];
  const databases: DatabaseSync[] = [];
  const openHandle = async () => {
    const opened = await openDatabase(join(folder, 'faces.sqlite'));
    databases.push(opened);
    return opened;
  };
  const remove = async () => {
    await Promise.all(backends.map((backend) => backend.close()));
    for (const opened of databases) if (opened.isOpen) opened.close();
    await rm(folder, { recursive: true });
  };
  return {
    async open({ database, ...settings } = {}) {
      const backend = await openEngine(await openSqliteEmbeddings(database ?? (await openHandle())), {
        modelName: 'Fusion',
        distanceMetric: 'cosine',
        detectionConfidenceThreshold: 0.15,
        maxImageBytes: 15 * 1024 * 1024,
        qualityFilter: 'auto',
        workers: 1,
        ...settings,
      });
      backends.push(backend);
      return backend;
    },
    database: openHandle,
    remove,
  };
}
