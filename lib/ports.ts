import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { type Config, ConfigError, loadConfig } from './config.ts';
import type { FaceBackend } from './faces/port.ts';
import type { ImageStore } from './images/port.ts';
import { createInputReader, type InputReader } from './inputs/read.ts';
import type { RecordStore } from './records/port.ts';

/** What the use cases work with. */
export interface Ports {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
  readonly inputs: InputReader;
  /** Decoded pictures are large: over all requests, only so many are worked on at once. */
  readonly pictureSlots: LimitFunction;
  /** What the pictures are compared on, for the first line of the log. */
  readonly runtime: string;
  close(): Promise<void>;
}

/**
 * Opens the adapters that the settings ask for.
 * @throws ConfigError, BackendUnavailableError
 */
export async function openPorts(config: Config): Promise<Ports> {
  if (config.backend !== 'deepface') {
    throw new ConfigError('FACE_PROCESSING_BACKEND takes deepface in this version.');
  }
  const [
    { openHuman },
    { isEmbeddingModel },
    { openDatabase, storeId },
    { openSqliteRecords },
    { claimFolders, openFileSystemImages },
  ] = await Promise.all([
    import('./faces/human/human.ts'),
    import('./faces/human/models.ts'),
    import('./records/database.ts'),
    import('./records/sqlite.ts'),
    import('./images/filesystem.ts'),
  ]);
  const database = openDatabase(join(config.dataDir, 'face-blacklist.sqlite'));
  const records = openSqliteRecords(database);
  try {
    const folders = {
      blacklist: config.blacklistDir,
      processed: config.processedDir,
      cropped: config.croppedDir,
    };
    const images = openFileSystemImages(folders);
    await claimFolders(folders, storeId(database));
    const workers = config.engineWorkers ?? availableParallelism();
    const faces = await openHuman(database, {
      modelName: isEmbeddingModel(config.modelName) ? config.modelName : 'MobileFaceNet',
      distanceMetric: config.distanceMetric,
      detectionConfidenceThreshold: config.detectionConfidenceThreshold,
      maxImageBytes: config.maxImageBytes,
      workers,
    });
    return {
      faces,
      records,
      images,
      inputs: createInputReader({ imageRoot: config.imageRoot, maxImageBytes: config.maxImageBytes }),
      // One more than there are workers: the next picture is decoded while they compute.
      pictureSlots: pLimit(workers + 1),
      runtime: `Human on ${faces.runtime}, ${workers} worker${workers === 1 ? '' : 's'}`,
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

let opened: Promise<Ports> | undefined;

/** The ports of this process, opened at the first call. */
export function ports(): Promise<Ports> {
  opened ??= openPorts(loadConfig()).catch((error: unknown) => {
    // The next call tries again: in a function that stays warm, one failure must not be the last word.
    opened = undefined;
    throw error;
  });
  return opened;
}
