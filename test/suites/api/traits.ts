import { readdir, readFile } from 'node:fs/promises';
import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { distanceMetrics, type SimilarityMetric } from '../../../lib/contract/vocabulary.ts';

/** What differs between the backends, and why. */
export interface BackendTraits {
  /** The models that a request may choose between; Rekognition has but its own. */
  readonly models: readonly string[];
  /** Rekognition tells a similarity, and no vectors to measure otherwise. */
  readonly metrics: readonly SimilarityMetric[];
  /** How a match names what matched. Rekognition knows a face by its external id, of which the contract shows the entry. */
  identityOf(entry: BlacklistRecord): RegExp;
  /** Whether a match has Rekognition's own figures. */
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

/** How the tests look at the pictures that answers name. */
export interface KeptFiles {
  /** @throws when there is none. */
  read(path: string): Promise<Buffer>;
  /** The paths of the files in a folder; none when it is not there. */
  list(folder: string): Promise<string[]>;
}

/** For a host on this machine. */
export const filesOnDisk: KeptFiles = {
  read: (path) => readFile(path),
  async list(folder) {
    const names = await readdir(folder).catch(() => []);
    return names.map((name) => `${folder}/${name}`);
  },
};
