import { DescribeCollectionCommand, DetectFacesCommand, ListFacesCommand } from '@aws-sdk/client-rekognition';
import { defaultAwsSimilarity } from '../../config.ts';
import type { Picture } from '../../inputs/picture.ts';
import { log } from '../../log.ts';
import { onceIn } from '../../once-in.ts';
import { drawFace } from '../drawn-face.ts';
import type {
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
  ListedFace,
  MatchDefaults,
  MatchOptions,
  MatchResult,
  PictureLoan,
  QualityFilter,
  Reference,
  UsedOptions,
} from '../port.ts';
import { RekognitionCaller } from './caller.ts';
import { compareLargest, compareWithReferences } from './compare.ts';
import { encodeWhole } from './encode.ts';
import { deleteFaces, enrollLargest } from './enroll.ts';
import { meaningOf } from './failures.ts';
import { detectFaces, distanceOf, type Gallery, matchEnrolled, matchFaces } from './match.ts';
import { faceIdOf, faceTokenOf, ownerOf } from './names.ts';

export interface RekognitionSettings {
  readonly region: string;
  readonly collectionId: string;
  /** 0..100: matches are at least so similar unless a request says otherwise. */
  readonly similarityThreshold: number;
  /** At most so many calls begin in a second: a whole number from 1 on. */
  readonly rekognitionCallsPerSecond: number;
  readonly qualityFilter: QualityFilter;
}

/**
 * AWS Rekognition. Opening it calls nothing: where the service is and who asks are found by the SDK, at the first call; the collection is
 * made when the first face is enrolled.
 */
export function openRekognition(settings: RekognitionSettings): FaceBackend {
  return new Rekognition(settings);
}

/** Amazon bills each test, some 0.001 US$. */
const testEveryMs = 60 * 60 * 1000;

/** In our own vocabulary; the service has one model and one detector. */
const ownName = 'aws_rekognition';

class Rekognition implements FaceBackend {
  readonly name = ownName;
  readonly modelId = ownName;
  /** More than Rekognition takes in a call: a larger picture is sent smaller. */
  readonly maxImageBytes = 15 * 1024 * 1024;
  readonly defaults: MatchDefaults;
  readonly #gallery: Gallery;
  readonly #threshold: number;
  readonly #qualityFilter: QualityFilter;
  /** That the service answers is what counts: whether it takes the drawing for a face is its own affair. */
  readonly #detectDrawn = onceIn(testEveryMs, async () => {
    const { original } = drawFace();
    await this.#gallery.caller.send(new DetectFacesCommand({ Image: { Bytes: original } }));
  });

  constructor(settings: RekognitionSettings) {
    const { region, collectionId, similarityThreshold, rekognitionCallsPerSecond: callsPerSecond } = settings;
    this.#gallery = { caller: new RekognitionCaller({ region, callsPerSecond }), collectionId };
    this.#threshold = distanceOf(similarityThreshold);
    this.#qualityFilter = settings.qualityFilter;
    this.defaults = {
      detectorBackend: ownName,
      metric: 'aws_similarity',
      threshold: this.#threshold,
      defaultThreshold: distanceOf(defaultAwsSimilarity),
      falseMatchRate: null,
      defaultFalseMatchRate: null,
      similarityScale: [
        { distance: 0, similarity: 100 },
        { distance: 1, similarity: 0 },
      ],
    };
  }

  async detect(picture: Picture): Promise<readonly Face[]> {
    return detectFaces(this.#gallery.caller, picture, await encodeWhole(picture));
  }

  async match(picture: Picture, options: MatchOptions): Promise<MatchResult> {
    const used = this.#used(options);
    const { candidates = false, remainingMs } = options;
    const how = { threshold: used.threshold, candidates, remainingMs };
    return { ...(await matchFaces(this.#gallery, picture, how)), ...used };
  }

  async compare(probe: PictureLoan, reference: PictureLoan, options: FaceOptions): Promise<Comparison> {
    const compared = await compareLargest(this.#gallery.caller, probe, reference, options.remainingMs);
    return { ...compared, ...this.#used(options) };
  }

  async compareWith(
    probe: PictureLoan,
    references: readonly Reference[],
    options: FaceOptions,
  ): Promise<EntryComparison> {
    const compared = await compareWithReferences(this.#gallery, probe, references, options.remainingMs);
    return { ...compared, ...this.#used(options) };
  }

  #used({ threshold = this.#threshold }: FaceOptions): UsedOptions {
    return { model: ownName, detectorBackend: ownName, metric: 'aws_similarity', threshold };
  }

  async enroll(
    picture: Picture,
    owner: FaceOwner,
    { compare, qualityFilter = this.#qualityFilter }: EnrollOptions = {},
  ): Promise<Enrollment> {
    const { faceId, ...enrolled } = await enrollLargest(this.#gallery, picture, owner, qualityFilter);
    const similar = compare ? await this.#similarTo(faceId) : null;
    return { ...enrolled, similar };
  }

  /** `null` when it could not be found out: the face is enrolled all the same. */
  async #similarTo(faceId: string): Promise<readonly FaceMatch[] | null> {
    try {
      return await matchEnrolled(this.#gallery, faceId, this.#threshold);
    } catch (error) {
      log().warn({ err: error }, 'enrollment: similar faces could not be looked for');
      return null;
    }
  }

  async remove(faces: readonly EnrolledFace[]): Promise<void> {
    const { collectionId } = this.#gallery;
    const ids = new Set(faces.flatMap(({ faceId }) => faceIdOf(collectionId, faceId) ?? []));
    await ignoringNoCollection(() => deleteFaces(this.#gallery, [...ids]));
  }

  /** Faces that somebody else put into the collection are left out. */
  async *listFaces(): AsyncIterable<ListedFace> {
    const { caller, collectionId } = this.#gallery;
    let NextToken: string | undefined;
    do {
      const command = new ListFacesCommand({ CollectionId: collectionId, MaxResults: 4096, NextToken });
      const page = await ignoringNoCollection(() => caller.send(command));
      for (const { ExternalImageId, FaceId } of page?.Faces ?? []) {
        const owner = ownerOf(ExternalImageId);
        if (owner && FaceId !== undefined) {
          yield { ...owner, faceId: faceTokenOf(collectionId, FaceId), isCurrent: true };
        }
      }
      NextToken = page?.NextToken;
    } while (NextToken);
  }

  async hasGallery(): Promise<boolean> {
    const { caller, collectionId } = this.#gallery;
    const described = await ignoringNoCollection(() =>
      caller.send(new DescribeCollectionCommand({ CollectionId: collectionId })),
    );
    return described !== undefined;
  }

  async check(): Promise<void> {
    await this.hasGallery();
  }

  async test(): Promise<void> {
    await Promise.all([this.check(), this.#detectDrawn()]);
  }

  engine(): undefined {}

  async close(): Promise<void> {
    this.#gallery.caller.close();
  }
}

/** Nobody was enrolled yet: there is nothing to list or to remove. */
async function ignoringNoCollection<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (meaningOf(error) === 'no collection') return undefined;
    throw error;
  }
}
