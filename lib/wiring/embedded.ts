import type { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config.ts';
import { openCustomModel } from '../faces/engine/embed/custom-model.ts';
import { openEngine } from '../faces/engine/engine.ts';
import { defaultModel } from '../faces/engine/models/models.ts';
import type { EngineFigures, FaceBackend } from '../faces/port.ts';
import { claimFolders, openFileSystemImages } from '../images/filesystem.ts';
import { imageFolderPaths } from '../images/location.ts';
import { requireOwnFolders } from '../images/own-folders.ts';
import type { ImageStore } from '../images/port.ts';
import type { RecordStore } from '../records/port.ts';
import { storeId } from '../records/sqlite/database.ts';
import { openSqliteEmbeddings } from '../records/sqlite/embeddings.ts';
import { openSqliteRecords } from '../records/sqlite/records.ts';

/** Names of the runtimes in the first line of the log. */
const runtimeNames: Readonly<Record<EngineFigures['runtime'], string>> = {
  onnx: 'ONNX Runtime',
  'tfjs-node': 'tfjs (TensorFlow)',
  'tfjs-wasm': 'tfjs (WASM)',
};

/** Adapters of one machine; the engine keeps its faces in the records' database. */
export interface Embedded {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
  /** Description, for the first line of the log, of what compares the faces. */
  readonly runtime: string;
  close(): Promise<void>;
}

/**
 * Opens the adapters of one machine on the records' database, and closes it with them.
 * @throws ConfigError, BackendUnavailableError
 */
export async function openEmbedded(config: Config, database: DatabaseSync): Promise<Embedded> {
  const records = openSqliteRecords(database);
  const folders = imageFolderPaths(config);
  const images = openFileSystemImages(folders);
  await requireOwnFolders(folders, config.dataDir);
  await claimFolders(folders, storeId(database));
  const { engineWorkers: workers, engineRuntime } = config;
  const faces = await openEngine(await openSqliteEmbeddings(database), {
    modelName: defaultModel(config),
    profile: config.engineProfile,
    namedModel: config.modelName,
    distanceMetric: config.distanceMetric,
    maxFalseMatchRate: config.maxFalseMatchRate,
    detectionConfidenceThreshold: config.detectionConfidenceThreshold,
    maxImageBytes: config.maxImageBytes,
    workers,
    runtime: engineRuntime,
    qualityFilter: config.qualityFilter,
    lookBackDays: config.lookBackDays,
    detectorBackend: config.detectorBackend,
    customModel: config.customModel && (await openCustomModel(config.customModel, engineRuntime)),
  });
  const runtime = runtimeNames[faces.engine()?.runtime ?? 'onnx'];
  return {
    faces,
    records,
    images,
    runtime: `${workers} worker${workers === 1 ? '' : 's'} on ${runtime}`,
    async close() {
      await faces.close();
      await records.close();
    },
  };
}
