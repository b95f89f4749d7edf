import type { DistanceMetric } from '../../contract/vocabulary.ts';
import { daysBefore } from '../../days.ts';
import { isUnusablePicture } from '../../errors.ts';
import type { FaceOptions, UsedOptions, WithPicture } from '../comparing.ts';
import type { FaceTemplate } from '../face.ts';
import type { LookBack, SeenFaces } from '../look-back.ts';
import type { FacePrint } from '../print.ts';
import { similarityAt } from './models/calibration.ts';
import type { EmbeddingModel } from './models/models.ts';
import { bytesOf, type KeptFaces } from './search/embedding-store.ts';
import { codeOf } from './search/gallery-memory.ts';
import { searchKept } from './search/kept-faces.ts';

interface UsedByLookBack extends UsedOptions {
  readonly metric: DistanceMetric;
  readonly embeddingModel: EmbeddingModel;
}

/** The parts of the engine that a look-back needs. Faces are kept for the configured model alone. */
export interface LookBackEngine {
  used(options: FaceOptions): UsedByLookBack;
  /** @throws NoFaceError */
  embeddingOf(probe: WithPicture, options: FaceOptions): Promise<Float32Array>;
  /** Reads the embeddings of enrolled images, by the images' ids. */
  enrolled(imageIds: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
}

/** Makes what the records keep of a face's embedding. */
export function templateFrom(version: string, embedding: Float32Array): FaceTemplate {
  return { version, bytes: bytesOf(embedding), code: codeOf(embedding) };
}

/** Look-back among the faces that the records keep as embeddings. */
export class EngineLookBack implements LookBack {
  readonly days: number;
  readonly #kept: KeptFaces;
  readonly #engine: LookBackEngine;

  constructor(kept: KeptFaces, days: number, engine: LookBackEngine) {
    this.#kept = kept;
    this.days = days;
    this.#engine = engine;
  }

  get version(): string {
    return this.#engine.used({}).embeddingModel.version;
  }

  templateOf({ vectors }: FacePrint): FaceTemplate | undefined {
    const { embedder, version } = this.#engine.used({}).embeddingModel;
    const embedding = vectors[embedder];
    return embedding && templateFrom(version, embedding);
  }

  async findReferences(references: Parameters<LookBack['findReferences']>[0]): Promise<SeenFaces> {
    const enrolled = await this.#engine.enrolled(references.map(({ imageId }) => imageId));
    const probes: Float32Array[] = [];
    for (const { imageId, withPicture } of references) {
      const embedding = enrolled.get(imageId) ?? (withPicture && (await this.#embedded(withPicture)));
      if (embedding) probes.push(embedding);
    }
    return { ...(await this.#find(probes, {})), missing: references.length - probes.length };
  }

  async findLargest(probe: WithPicture, options: FaceOptions = {}): Promise<SeenFaces> {
    return { ...(await this.#find([await this.#engine.embeddingOf(probe, options)], options)), missing: 0 };
  }

  /** Embeds a picture's largest face; returns `undefined` if the picture can't be used. */
  async #embedded(withPicture: WithPicture): Promise<Float32Array | undefined> {
    try {
      return await this.#engine.embeddingOf(withPicture, {});
    } catch (error) {
      if (isUnusablePicture(error)) return undefined;
      throw error;
    }
  }

  async #find(probes: readonly Float32Array[], options: FaceOptions): Promise<Omit<SeenFaces, 'missing'>> {
    const { embeddingModel, ...used } = this.#engine.used(options);
    const { version, calibration } = embeddingModel;
    // Faces that are too old count no more, even before they are removed.
    const since = this.days === 0 ? 0 : daysBefore(this.days).getTime();
    const { metric, threshold } = used;
    const { own, total, pictures } = await this.#kept.count(version, since);
    const search = { version, since, faces: own, probes, metric, threshold };
    // Most services keep no faces: a deletion starts no thread for nothing.
    const hits = own === 0 ? [] : await searchKept(this.#kept, search);
    const seen = hits.map(({ processedId, faceIndex, distance, cosine }) => {
      return { processedId, faceIndex, distance, similarity: similarityAt(calibration, 1 - cosine) };
    });
    return { seen, ...used, compared: own, notCompared: total - own, pictures, since: new Date(since) };
  }
}
