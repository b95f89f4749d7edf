import { CompareFacesCommand } from '@aws-sdk/client-rekognition';
import pLimit from 'p-limit';
import { isUnusablePicture, NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import type {
  Comparison,
  EntryComparison,
  Face,
  FaceMatch,
  FaceOptions,
  Reference,
  WithPicture,
} from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { encodeWhole, type SentPicture } from './encode.ts';
import { meaningOf } from './failures.ts';
import { boxOf, faceOf, type Size, sizeOf } from './geometry.ts';
import { detectFaces, distanceOf, type Gallery, nearestFace, searchPicture } from './match.ts';

/** Pictures of one entry that are compared one by one, and how many of them side by side. */
const maxComparisons = 10;
const comparisonsAtOnce = 4;

/** See `FaceOptions`. */
type RemainingMs = FaceOptions['remainingMs'];

type Nearness = Pick<FaceMatch, 'distance' | 'similarity'>;

/** A picture as it is sent, with its faces, at least one, largest first. */
interface Probe {
  readonly sent: SentPicture;
  readonly size: Size;
  readonly faces: readonly [Face, ...Face[]];
}

/**
 * Compares the largest faces of two pictures: by one `DetectFaces`, for `CompareFaces` tells of the first picture's face no more than its
 * box, and of a failure not which picture shows nobody; and by one `CompareFaces`.
 * @throws NoFaceError out of the work on the picture that shows none.
 */
export async function compareLargest(
  caller: RekognitionCaller,
  withProbe: WithPicture,
  withReference: WithPicture,
  remainingMs: RemainingMs,
): Promise<Pick<Comparison, 'probe' | 'reference' | keyof Nearness>> {
  const probe = await withProbe((picture) => probeOf(caller, picture, remainingMs));
  return withReference((picture) => compareWithPicture(caller, probe, picture, remainingMs));
}

async function probeOf(
  caller: RekognitionCaller,
  picture: Picture,
  remainingMs: RemainingMs,
): Promise<Probe> {
  const sent = await encodeWhole(picture);
  const { width, height } = picture;
  const faces = oneOrMore(await detectFaces(caller, picture, sent, remainingMs?.()));
  return { sent, size: { width, height }, faces };
}

/** @throws NoFaceError */
function oneOrMore(faces: readonly Face[]): readonly [Face, ...Face[]] {
  const [largest, ...others] = faces;
  if (!largest) throw new NoFaceError('No face was found in it.');
  return [largest, ...others];
}

async function compareWithPicture(
  caller: RekognitionCaller,
  { sent, size, faces }: Probe,
  picture: Picture,
  remainingMs: RemainingMs,
): Promise<Pick<Comparison, 'probe' | 'reference' | keyof Nearness>> {
  const target = await encodeWhole(picture);
  const command = new CompareFacesCommand({
    SourceImage: { Bytes: sent.bytes },
    TargetImage: { Bytes: target.bytes },
    SimilarityThreshold: 0,
  });
  try {
    const {
      SourceImageFace,
      FaceMatches = [],
      UnmatchedFaces = [],
    } = await caller.send(command, remainingMs?.());
    const [reference] = [...FaceMatches, ...UnmatchedFaces.map((Face) => ({ Face, Similarity: 0 }))]
      .map(({ Face = {}, Similarity = 0 }) => ({ ...faceOf(Face, target.frame, picture), Similarity }))
      .sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
    if (!reference) throw new NoFaceError('No face was found in it.');
    const { Similarity: similarity, ...face } = reference;
    const probe = nearestFace(faces, boxOf(SourceImageFace?.BoundingBox, sent.frame, size)) ?? faces[0];
    return { probe, reference: face, similarity, distance: distanceOf(similarity) };
  } catch (error) {
    // As the probe shows somebody, the picture does not; where it does, the fault is ours.
    if (meaningOf(error) === 'invalid parameters')
      oneOrMore(await detectFaces(caller, picture, target, remainingMs?.()));
    throw error;
  }
}

/**
 * Compares a picture's largest face with enrolled ones, by one search of the collection for the faces that are nearest, with no threshold: it
 * costs the same however many pictures an entry has. In a collection of more faces than a search gives, an entry need not be among them,
 * and then is farther than all of these: how far, `CompareFaces` tells with some of its pictures.
 * @throws NoFaceError out of the work on the picture.
 */
export async function compareWithReferences(
  gallery: Gallery,
  withProbe: WithPicture,
  references: readonly Reference[],
  remainingMs: RemainingMs,
): Promise<Pick<EntryComparison, 'probe' | 'references' | 'hasGallery'>> {
  const limits = { within: Number.POSITIVE_INFINITY, remainingMs };
  const { probe, found, hasGallery } = await withProbe(async (picture) => {
    const { faces, near } = await searchPicture(gallery, picture, limits);
    const [largest] = oneOrMore(faces);
    const found = near ? await near(largest) : { matches: [] };
    if (!found) throw new NoFaceError('No face was found in it.');
    return { probe: largest, found: found.matches, hasGallery: near !== undefined };
  });
  const imageIds = new Set(references.map(({ imageId }) => imageId));
  const near = found.filter(({ imageId }) => imageIds.has(imageId));
  if (near.length > 0 || !hasGallery) return { probe, references: near, hasGallery };
  const compared = await compareOneByOne(gallery.caller, withProbe, references, remainingMs);
  return { probe, references: compared, hasGallery };
}

async function compareOneByOne(
  caller: RekognitionCaller,
  withProbe: WithPicture,
  references: readonly Reference[],
  remainingMs: RemainingMs,
): Promise<EntryComparison['references']> {
  const probe = await withProbe((picture) => probeOf(caller, picture, remainingMs));
  const limit = pLimit(comparisonsAtOnce);
  const compared = await allOrFirstError(
    references.slice(0, maxComparisons).map(({ imageId, withPicture }) =>
      limit(async () => {
        const near = await withPicture((picture) =>
          compareWithPicture(caller, probe, picture, remainingMs),
        ).catch(ignoringUnusable);
        return near ? [{ imageId, target: null, distance: near.distance, similarity: near.similarity }] : [];
      }),
    ),
  );
  return compared.flat().sort((one, other) => one.distance - other.distance);
}

/** A reference image that is lost, or in which the service now sees nobody, keeps nobody from being compared with the others. */
function ignoringUnusable(error: unknown): undefined {
  if (!isUnusablePicture(error)) throw error;
}
