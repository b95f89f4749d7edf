import { DetectFacesCommand, ListFacesCommand } from '@aws-sdk/client-rekognition';
import { defaultAwsMinSimilarity, defaultAwsSimilarity } from '../../config.ts';
import type { Box } from '../../contract/shapes.ts';
import type { DistanceMetric } from '../../contract/vocabulary.ts';
import type { Picture } from '../../inputs/picture.ts';
import { log } from '../../log.ts';
import { onceIn } from '../../once-in.ts';
import { allOrFirstError } from '../../promises.ts';
import { bestOfEntries } from '../best-of-entries.ts';
import { drawnFace } from '../drawn-face.ts';
import type {
  BandedOptions,
  Comparison,
  EnrolledFace,
  Enrollment,
  EnrollOptions,
  EntryComparison,
  Face,
  FaceBackend,
  FaceMatch,
  FaceOptions,
  FaceOwner,
  KnownFaceMatch,
  ListedFace,
  LookBack,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  OpenedProbe,
  QualityFilter,
  Reference,
  UsedOptions,
  WithPicture,
} from '../port.ts';
import { standardThresholdOf } from '../standard-thresholds.ts';
import { standardOf, type ThresholdLimits, usedThreshold } from '../thresholds.ts';
import { withPictureOf } from '../with-picture.ts';
import { RekognitionCaller } from './caller.ts';
import { compareLargest, compareWithReferences, openLargest } from './compare.ts';
import { sendWhole } from './encode.ts';
import { deleteFaces, enrollLargest } from './enroll.ts';
import { ignoringNoCollection } from './failures.ts';
import { type CollectionsNote, Galleries, type Gallery } from './galleries.ts';
import { KeptCollection } from './kept-collection.ts';
import { type LookBackSettings, RekognitionLookBack } from './look-back.ts';
import { matchFaces, matchKnownFace } from './match.ts';
import { faceIdOf, faceTokenOf, ownerOf } from './names.ts';
import { detectFaces, distanceOf, matchElsewhere, matchEnrolled } from './search.ts';

export interface RekognitionSettings {
  readonly region: string;
  readonly collectionId: string;
  /** Number of collections that the listed faces are in; 1 unless set. */
  readonly collections?: number | undefined;
  /** Record of the number of collections; without it nobody notices fewer ones than before. */
  readonly collectionsNote?: CollectionsNote | undefined;
  /** Smallest similarity of a match, 0..100, unless a request asks for another. */
  readonly similarityThreshold: number;
  /** Smallest similarity that any threshold may mean, 0..100; Amazon's default of 80 unless set. */
  readonly minSimilarity?: number | undefined;
  /**
   * Configured model, on whose scale thresholds are if a request names no model; Rekognition's own unless
   * set.
   */
  readonly modelName?: string | undefined;
  /** Metric of such thresholds; cosine unless set. */
  readonly distanceMetric?: DistanceMetric | undefined;
  /** Limit on the calls that begin in one second: a whole number, at least 1. */
  readonly rekognitionCallsPerSecond: number;
  readonly qualityFilter: QualityFilter;
  /** Left out where no record can name the faces that are kept. */
  readonly lookBack?: LookBackSettings | undefined;
}

/**
 * Opens AWS Rekognition, without a call: the SDK finds endpoint and credentials at the first one. The
 * collection is made when the first face is enrolled.
 */
export function openRekognition(settings: RekognitionSettings): FaceBackend {
  return new Rekognition(settings);
}

/** Milliseconds between two tests; Amazon charges about 0.001 US$ for each. */
const testEveryMs = 60 * 60 * 1000;

/** Name of the only model and the only detector of the service, in our vocabulary. */
const ownName = 'aws_rekognition';

class Rekognition implements FaceBackend {
  readonly name = ownName;
  readonly modelId = ownName;
  /**
   * Limit on an original. It is more than Rekognition takes in a call, because larger pictures are encoded
   * again.
   */
  readonly maxImageBytes = 15 * 1024 * 1024;
  readonly defaults: MatchDefaults;
  readonly lookBack: LookBack | undefined;
  readonly #galleries: Galleries;
  readonly #limits: ThresholdLimits;
  readonly #modelName: string;
  readonly #metric: DistanceMetric;
  readonly #qualityFilter: QualityFilter;
  /**
   * Tests that the service answers. The test passes even if the service does not take the drawing for a face.
   */
  readonly #detectDrawn = onceIn(testEveryMs, async () => {
    await this.#galleries.caller.send(new DetectFacesCommand({ Image: { Bytes: drawnFace } }));
  });

  constructor(settings: RekognitionSettings) {
    const { region, collectionId, similarityThreshold, rekognitionCallsPerSecond: callsPerSecond } = settings;
    const caller = new RekognitionCaller({ region, callsPerSecond });
    this.#galleries = new Galleries(
      caller,
      collectionId,
      settings.collections ?? 1,
      settings.collectionsNote,
    );
    const { minSimilarity = defaultAwsMinSimilarity } = settings;
    this.#limits = {
      model: ownName,
      metric: 'aws_similarity',
      configured: distanceOf(similarityThreshold),
      loosest: distanceOf(minSimilarity),
      reason: `a looser one would take faces for the same whose similarity is below ${minSimilarity} (AWS_MIN_SIMILARITY)`,
    };
    this.#modelName = settings.modelName ?? ownName;
    this.#metric = settings.distanceMetric ?? 'cosine';
    this.#qualityFilter = settings.qualityFilter;
    this.lookBack =
      settings.lookBack &&
      new RekognitionLookBack(
        new KeptCollection(caller, collectionId, settings.lookBack.days),
        settings.lookBack,
        (options) => this.#used(options),
      );
    this.defaults = {
      detectorBackend: ownName,
      metric: 'aws_similarity',
      threshold: standardOf(this.#limits),
      defaultThreshold: distanceOf(defaultAwsSimilarity),
      configuredThreshold: this.#limits.configured,
      loosestThreshold: this.#limits.loosest,
      falseMatchRate: null,
      defaultFalseMatchRate: null,
      similarityScale: [
        { distance: 0, similarity: 100 },
        { distance: 1, similarity: 0 },
      ],
    };
  }

  async detect(picture: Picture): Promise<readonly Face[]> {
    const faces = await sendWhole(picture, (sent) => detectFaces(this.#galleries.caller, picture, sent));
    return faces.map(({ area, confidence }) => ({ area, confidence }));
  }

  async match(picture: Picture, options: MatchOptions): Promise<MatchResult> {
    const used = this.#banded(options);
    const { threshold, nearThreshold } = used;
    const { candidates = 0, deadline } = options;
    const how = { threshold, candidates, nearThreshold, deadline };
    const matched = await matchFaces(this.#galleries, picture, how);
    return { ...matched, ...used, warnings: [...used.warnings, ...matched.warnings] };
  }

  async matchFace(picture: Picture, area: Box, options: FaceOptions): Promise<KnownFaceMatch> {
    const used = this.#used(options);
    const { threshold } = used;
    const { deadline } = options;
    return { ...(await matchKnownFace(this.#galleries, picture, area, { threshold, deadline })), ...used };
  }

  async compare(probe: WithPicture, reference: WithPicture, options: FaceOptions): Promise<Comparison> {
    const compared = await compareLargest(this.#galleries.caller, probe, reference, options.deadline);
    return { ...compared, ...this.#banded(options) };
  }

  async openProbe(probe: WithPicture, options: FaceOptions): Promise<OpenedProbe> {
    const used = this.#banded(options);
    const compare = await openLargest(this.#galleries.caller, probe, options.deadline);
    return { ...used, compare: async (reference) => ({ ...(await compare(reference)), ...used }) };
  }

  async compareWith(
    probe: WithPicture,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const compared = await compareWithReferences(this.#galleries, probe, references, options.deadline);
    return { ...compared, ...this.#banded(options) };
  }

  #banded(options: FaceOptions): BandedOptions {
    const used = this.#used(options);
    return { ...used, nearThreshold: nearMissThreshold(used.threshold, options.reviewBand ?? 1) };
  }

  /**
   * Determines the options used. A threshold is on Rekognition's own scale, unless the named model has
   * another known scale.
   */
  #used({ threshold, modelName = this.#modelName, distanceMetric = this.#metric }: FaceOptions): UsedOptions {
    const standard = modelName === ownName ? undefined : standardThresholdOf(modelName, distanceMetric);
    const requested = { threshold, model: modelName, metric: distanceMetric, standard };
    const used = usedThreshold(requested, this.#limits);
    return { model: ownName, detectorBackend: ownName, metric: 'aws_similarity', ...used };
  }

  async enroll(
    picture: Picture | WithPicture,
    owner: FaceOwner,
    { compare, qualityFilter = this.#qualityFilter }: EnrollOptions = {},
  ): Promise<Enrollment> {
    await this.#galleries.prepare();
    const gallery = this.#galleries.galleryOf(owner.entryId);
    const { faceId, similar, ...enrolled } = await withPictureOf(picture)(async (shown) => {
      const indexed = await enrollLargest(gallery, shown, owner, qualityFilter);
      return { ...indexed, similar: compare ? await this.#similarTo(gallery, indexed.faceId, shown) : null };
    });
    return { ...enrolled, similar };
  }

  /**
   * Finds faces like an enrolled one. It returns `null` if that fails, because the face is enrolled all the
   * same.
   */
  async #similarTo(gallery: Gallery, faceId: string, picture: Picture): Promise<readonly FaceMatch[] | null> {
    const { threshold } = this.defaults;
    const others = this.#galleries.all.filter((other) => other !== gallery);
    try {
      const found = await allOrFirstError([
        matchEnrolled(gallery, faceId, threshold),
        ...(others.length > 0 ? [matchElsewhere(others, picture, threshold)] : []),
      ]);
      return bestOfEntries(found.flat().sort((one, other) => one.distance - other.distance));
    } catch (error) {
      log().warn({ err: error }, 'enrollment: similar faces could not be looked for');
      return null;
    }
  }

  async remove(faces: readonly EnrolledFace[]): Promise<void> {
    await this.#galleries.required();
    await allOrFirstError(
      this.#galleries.all.map(async (gallery) => {
        const ids = new Set(faces.flatMap(({ faceId }) => faceIdOf(gallery.collectionId, faceId) ?? []));
        await ignoringNoCollection(() => deleteFaces(gallery, [...ids]));
      }),
    );
  }

  /**
   * Lists our faces, and those that an import has taken over or may take over. Faces with other names, which
   * other programs added to a collection, are left out.
   */
  async *listFaces(): AsyncIterable<ListedFace> {
    await this.#galleries.required();
    for (const { caller, collectionId } of this.#galleries.all) {
      let NextToken: string | undefined;
      do {
        const command = new ListFacesCommand({ CollectionId: collectionId, MaxResults: 4096, NextToken });
        const page = await ignoringNoCollection(() => caller.send(command));
        for (const { ExternalImageId, FaceId } of page?.Faces ?? []) {
          const owner = ownerOf(ExternalImageId, FaceId);
          if (owner && FaceId !== undefined) {
            yield { ...owner, faceId: faceTokenOf(collectionId, FaceId), isCurrent: true };
          }
        }
        NextToken = page?.NextToken;
      } while (NextToken);
    }
  }

  hasGallery(): Promise<boolean> {
    return this.#galleries.exist();
  }

  async check(): Promise<void> {
    await this.hasGallery();
  }

  async test(): Promise<void> {
    await Promise.all([this.check(), this.#detectDrawn()]);
  }

  engine(): undefined {}

  async close(): Promise<void> {
    this.#galleries.caller.close();
  }
}

/**
 * Computes the largest distance of a near miss. Amazon tells no false match rates, so a similarity of
 * Rekognition is taken for one of ours. Of different people's pairs, (1 - similarity / 100)^3 reach that.
 * With a band of 10, a threshold of 95 has near misses from 89.2 on.
 */
function nearMissThreshold(threshold: number, band: number): number {
  return Math.min(1, threshold * Math.max(1, band) ** (1 / 3));
}
