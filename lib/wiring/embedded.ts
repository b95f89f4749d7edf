import type { Config } from '../config.ts';
import { openCustomModel } from '../faces/engine/embed/custom-model.ts';
import { openHuman } from '../faces/engine/engine.ts';
import { defaultModel } from '../faces/engine/models/models.ts';
import type { FaceBackend } from '../faces/port.ts';
import { claimFolders, openFileSystemImages } from '../images/filesystem.ts';
import { imageFolderPaths } from '../images/location.ts';
import type { ImageStore } from '../images/port.ts';
import type { RecordStore } from '../records/port.ts';
import { openDatabase, recordsFile, storeId } from '../records/sqlite/database.ts';
import { openSqliteRecords } from '../records/sqlite/records.ts';

/** The adapters of one machine; the engine keeps its faces in the records' database. */
export interface Deepface {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
  /** What the pictures are compared on, for the first line of the log. */
  readonly runtime: string;
  close(): Promise<void>;
}

/**
 * Opens the adapters of one machine.
 * @throws ConfigError, BackendUnavailableError
 */
export async function openDeepface(config: Config): Promise<Deepface> {
  const database = openDatabase(recordsFile(config));
  const records = openSqliteRecords(database);
  try {
    const folders = imageFolderPaths(config);
    const images = openFileSystemImages(folders);
    await claimFolders(folders, storeId(database));
    const { engineWorkers: workers } = config;
    const faces = await openHuman(database, {
      modelName: defaultModel(config),
      distanceMetric: config.distanceMetric,
      detectionConfidenceThreshold: config.detectionConfidenceThreshold,
      maxImageBytes: config.maxImageBytes,
      workers,
      qualityFilter: config.qualityFilter,
      detectorBackend: config.detectorBackend,
      customModel: config.customModel && (await openCustomModel(config.customModel)),
    });
    return {
      faces,
      records,
      images,
      runtime: `${workers} worker${workers === 1 ? '' : 's'}`,
      async close() {
        await faces.close();
        await records.close();
      },
    };
  } catch (error) {
    await records.close();
    throw error;
  }
}
