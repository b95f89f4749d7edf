import { CompareFacesCommand } from '@aws-sdk/client-rekognition';
import pLimit from 'p-limit';
import type { Deadline } from '../../deadline.ts';
import { isUnusablePicture, NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import { allOrFirstError } from '../../promises.ts';
import type { Comparison, EntryComparison, Reference, WithPicture } from '../comparing.ts';
import type { Face, FaceMatch } from '../face.ts';
import type { RekognitionCaller } from './caller.ts';
import { type SentPicture, sendWhole } from './encode.ts';
import { meaningOf } from './failures.ts';
import type { Galleries } from './galleries.ts';
import { boxOf, faceOf, type Size, sizeOf } from './geometry.ts';
import { nearestFace, searchPicture } from './match.ts';
import { detectFaces, distanceOf } from './search.ts';

/**
 * Limits on the pictures of one entry that are compared one by one, and on those compared at the same time.
 */
const maxComparisons = 10;
const comparisonsAtOnce = 4;

type Nearness = Pick<FaceMatch, 'distance' | 'similarity'>;
type Compared = Pick<Comparison, 'probe' | 'reference' | keyof Nearness>;

/** A picture as it is sent, with its faces, at least one, largest first. */
interface Probe {
  readonly sent: SentPicture;
  readonly size: Size;
  readonly faces: readonly [Face, ...Face[]];
}

/**
 * Compares the largest faces of two pictures by one `CompareFaces`, after one `DetectFaces` of the probe.
 * `CompareFaces` alone returns only the box of the probe's face. When it fails, it does not say which picture
 * shows nobody.
 * @throws NoFaceError inside the work on the picture that shows no face
 */
export async function compareLargest(
  caller: RekognitionCaller,
  withProbe: WithPicture,
  withReference: WithPicture,
  deadline: Deadline | undefined,
): Promise<Compared> {
  return (await openLargest(caller, withProbe, deadline))(withReference);
}

/**
 * Detects the largest face of a picture by one `DetectFaces`, and returns a function that compares it by one
 * `CompareFaces` each.
 * @throws NoFaceError inside the work on the picture that shows no face
 */
export async function openLargest(
  caller: RekognitionCaller,
  withProbe: WithPicture,
  deadline: Deadline | undefined,
): Promise<(reference: WithPicture) => Promise<Compared>> {
  const probe = await withProbe((picture) => probeOf(caller, picture, deadline));
  return (withReference) => withReference((picture) => compareWithPicture(caller, probe, picture, deadline));
}

async function probeOf(
  caller: RekognitionCaller,
  picture: Picture,
  deadline: Deadline | undefined,
): Promise<Probe> {
  const { width, height } = picture;
  return sendWhole(picture, async (sent) => {
    const faces = oneOrMore(await detectFaces(caller, picture, sent, deadline?.remainingMs()));
    return { sent, size: { width, height }, faces };
  });
}

/**
 * Checks that there is a face.
 * @throws NoFaceError when there is none
 */
function oneOrMore(faces: readonly Face[]): readonly [Face, ...Face[]] {
  const [largest, ...others] = faces;
  if (!largest) throw new NoFaceError('No face was found in it.');
  return [largest, ...others];
}

function compareWithPicture(
  caller: RekognitionCaller,
  probe: Probe,
  picture: Picture,
  deadline: Deadline | undefined,
): Promise<Compared> {
  return sendWhole(picture, (target) => compareWithSent(caller, probe, picture, target, deadline));
}

async function compareWithSent(
  caller: RekognitionCaller,
  { sent, size, faces }: Probe,
  picture: Picture,
  target: SentPicture,
  deadline: Deadline | undefined,
): Promise<Compared> {
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
    } = await caller.send(command, deadline?.remainingMs());
    const seen = [...FaceMatches, ...UnmatchedFaces.map((Face) => ({ Face, Similarity: 0 }))];
    const [reference] = seen
      .map(({ Face = {}, Similarity = 0 }) => ({ ...faceOf(Face, target.frame, picture), Similarity }))
      .sort((one, other) => sizeOf(other.area) - sizeOf(one.area));
    if (!reference) throw new NoFaceError('No face was found in it.');
    const { Similarity: similarity, ...face } = reference;
    const probe = nearestFace(faces, boxOf(SourceImageFace?.BoundingBox, sent.frame, size)) ?? faces[0];
    return {
      probe: { ...probe, faceCount: faces.length },
      reference: { ...face, faceCount: seen.length },
      similarity,
      distance: distanceOf(similarity),
    };
  } catch (error) {
    // The probe shows somebody, so the picture should show nobody. If a face is found in it, the error was
    // ours.
    if (meaningOf(error) === 'invalid parameters')
      oneOrMore(await detectFaces(caller, picture, target, deadline?.remainingMs()));
    throw error;
  }
}

/**
 * Compares a picture's largest face with enrolled ones by one search of each collection, for the nearest
 * faces at any distance. It costs the same however many pictures an entry has.
 *
 * A search may return fewer faces than its collection has, without the entry's. Then the entry is farther
 * than all of these, and `CompareFaces` measures the distance to some of its pictures.
 * @throws NoFaceError inside the work on the picture
 */
export async function compareWithReferences(
  galleries: Galleries,
  withProbe: WithPicture,
  references: readonly Reference[],
  deadline: Deadline | undefined,
): Promise<Pick<EntryComparison, 'probe' | 'references' | 'hasGallery'>> {
  const limits = { within: Number.POSITIVE_INFINITY, deadline };
  const { probe, found, hasGallery } = await withProbe(async (picture) => {
    const { faces, matchesOf } = await searchPicture(galleries, picture, limits);
    const [largest] = oneOrMore(faces);
    const found = matchesOf ? await matchesOf(largest) : { matches: [] };
    if (!found) throw new NoFaceError('No face was found in it.');
    const probe = { ...largest, faceCount: faces.length };
    return { probe, found: found.matches, hasGallery: matchesOf !== undefined };
  });
  const imageIds = new Set(references.map(({ imageId }) => imageId));
  const enrolled = found.filter(({ imageId }) => imageIds.has(imageId));
  if (enrolled.length > 0 || !hasGallery || references.length === 0)
    return { probe, references: enrolled, hasGallery };
  const compared = await compareOneByOne(galleries.caller, withProbe, references, deadline);
  return { probe, references: compared, hasGallery };
}

async function compareOneByOne(
  caller: RekognitionCaller,
  withProbe: WithPicture,
  references: readonly Reference[],
  deadline: Deadline | undefined,
): Promise<EntryComparison['references']> {
  const probe = await withProbe((picture) => probeOf(caller, picture, deadline));
  const limit = pLimit(comparisonsAtOnce);
  const compared = await allOrFirstError(
    references.slice(0, maxComparisons).map(({ imageId, withPicture }) =>
      limit(async () => {
        const face = await withPicture((picture) =>
          compareWithPicture(caller, probe, picture, deadline),
        ).catch(ignoringUnusable);
        return face ? [{ imageId, target: null, distance: face.distance, similarity: face.similarity }] : [];
      }),
    ),
  );
  return compared.flat().sort((one, other) => one.distance - other.distance);
}

/**
 * Ignores a reference image that is lost, or in which the service now finds no face. The others are compared
 * all the same.
 */
function ignoringUnusable(error: unknown): undefined {
  if (!isUnusablePicture(error)) throw error;
}
