import { readdir, readFile } from 'node:fs/promises';
import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { distanceMetrics, type SimilarityMetric } from '../../../lib/contract/vocabulary.ts';

/** Differences between the backends, with the reasons. */
export interface BackendTraits {
  /** Models that a request may choose; Rekognition has only its own. */
  readonly models: readonly string[];
  /**
   * Metrics that a request may choose. Rekognition reports only a similarity, and no vectors for other
   * metrics.
   */
  readonly metrics: readonly SimilarityMetric[];
  /**
   * Gives the pattern of a match's identity. Rekognition knows a face by its external id, and the contract
   * shows the entry in it.
   */
  identityOf(entry: BlacklistRecord): RegExp;
  /** True if a match has Rekognition's own figures. */
  readonly hasAwsFigures: boolean;
  /** A picture may be taken for a face without a look for one. Rekognition always looks. */
  readonly skipsDetection: boolean;
}

export const deepface: BackendTraits = {
  models: ['Fusion', 'MobileFaceNet', 'Dlib'],
  metrics: distanceMetrics,
  identityOf: ({ reference_image_dir }) => new RegExp(`^${RegExp.escape(`${reference_image_dir}/`)}[^/]+$`),
  hasAwsFigures: false,
  skipsDetection: true,
};

export const rekognition: BackendTraits = {
  models: ['aws_rekognition'],
  metrics: ['aws_similarity'],
  identityOf: ({ id }) => new RegExp(`^aws_rekognition_external_id:${id}$`),
  hasAwsFigures: true,
  skipsDetection: false,
};

/** Access of the tests to the pictures that answers name. */
export interface KeptFiles {
  /**
   * Reads a picture.
   *
   * @throws Error if there is none.
   */
  read(path: string): Promise<Buffer>;
  /** Lists the paths of the files in a folder; none if it does not exist. */
  list(folder: string): Promise<string[]>;
}

/** Access for a host on this machine. */
export const filesOnDisk: KeptFiles = {
  read: (path) => readFile(path),
  async list(folder) {
    const names = await readdir(folder).catch(() => []);
    return names.map((name) => `${folder}/${name}`);
  },
};
