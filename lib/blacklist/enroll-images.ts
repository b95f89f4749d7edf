import { type Deadline, neededMs, noDeadline, noTimeLeft } from '../deadline.ts';
import {
  BackendUnavailableError,
  isUnusablePicture,
  NoUsableImageError,
  type ServiceError,
} from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import { allInTurns } from '../promises.ts';
import type { ImageRecord } from '../records/entry.ts';
import { contentIdsOf } from './content-ids.ts';
import {
  type EnrolledPicture,
  enrollPicture,
  ImageIdTakenError,
  measureReference,
  NoTimeLeftError,
  type SimilarFaces,
  undo,
} from './enroll-picture.ts';
import { removeImagesEverywhere } from './remove-images.ts';
import { shownFileName } from './shown-file-name.ts';

/** A file that was sent to become a reference image. */
export interface ReferenceFile {
  /** Name that the client gave the file. It identifies the file in messages and is never used as a path. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export interface Enrollment {
  readonly enrolled: number;
  /** Messages, one for each file that was refused or used only in part. */
  readonly errors: string[];
  /** Similar faces of each enrolled picture, see `Enrollment.similar` in `lib/faces/comparing.ts`. */
  readonly similar: readonly SimilarFaces[];
}

/** Result of one file: the enrolled image, if any, and a message for the client. */
interface Outcome {
  readonly enrolled?: EnrolledPicture;
  readonly remark?: string;
}

/**
 * Time below which further pictures are enrolled without a search for similar faces. Rekognition's quota then
 * goes to enrolling.
 */
const neededToCompareMs = 20_000;
const retryAfterSeconds = 5;

export interface EnrollFilesOptions {
  /** Time by which the request must be done. */
  readonly deadline?: Deadline | undefined;
  /** Removes the images enrolled so far, if a later step fails. */
  readonly takeBack?: (images: readonly ImageRecord[]) => Promise<void>;
  /** Rule by which a picture is known again; without it, all pictures are new. */
  readonly identity?: ImageIdentity | undefined;
  /** True for pictures that were accepted before: none is refused for its quality, or searched for others. */
  readonly wereListed?: boolean;
}

/**
 * Rule by which a picture that was enrolled before is known again, and is not enrolled twice. `content` makes
 * its id from the entry and the picture, see `contentIdsOf`. A function gives the ids of a request's places,
 * by which a repeated request knows its own images.
 */
export type ImageIdentity = 'content' | ((place: number) => string);

/**
 * Enrolls each file's largest face for an entry. It leaves out files that can't be used, or for which there
 * is no time, and returns the reasons. If it throws, nothing is kept, so that the client can send the same
 * request again.
 * @throws NoUsableImageError when there is no file, or none can be used
 * @throws EntryNotFoundError when there is no such entry, or it is deleted meanwhile
 * @throws BackendUnavailableError also when there was no time for any usable file
 * @throws ClientGoneError when nobody waits for the answer any more
 */
export async function enrollImages(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
  {
    deadline = noDeadline,
    takeBack = (images) => undo(() => removeImagesEverywhere(ports, images)),
    identity,
    wereListed = false,
  }: EnrollFilesOptions = {},
): Promise<Enrollment> {
  if (files.length === 0) throw new NoUsableImageError('No images provided.');
  const pictures = files.map(({ bytes }) => bytes);
  const contentIds = identity === 'content' ? contentIdsOf(entryId, pictures) : undefined;
  const imageIds = typeof identity === 'function' ? files.map((_, place) => identity(place)) : [];
  const known = contentIds
    ? new Set((await activeAmong(ports, contentIds.flat())).keys())
    : await enrolledEarlier(ports, entryId, imageIds);
  let there = 0;
  const enrolled: EnrolledPicture[] = [];
  const enroll = async ({ file, place }: { file: ReferenceFile; place: number }): Promise<Outcome> => {
    const ids = contentIds?.[place] ?? imageIds.slice(place, place + 1);
    if (ids.some((id) => known.has(id))) {
      there += 1;
      return contentIds ? { remark: 'The entry had this picture already.' } : {};
    }
    const outcome = await enrollFile(ports, entryId, file, { deadline, wereListed }, ids);
    if (outcome.enrolled) enrolled.push(outcome.enrolled);
    return outcome;
  };
  try {
    // The pictures of a request take turns with those of other requests.
    const outcomes = await allInTurns(
      files.map((file, place) => ({ file, place })),
      ports.pictureSlots.fairShare(),
      enroll,
    );
    const errors = errorsOf(outcomes, files);
    const count = there + enrolled.length;
    if (count === 0) throw noneEnrolled(outcomes, errors);
    if (contentIds) await removeDoubles(ports, contentIds, known);
    const similar = [...enrolled.map(({ similar }) => similar), ...Array<null>(there).fill(null)];
    return { enrolled: count, errors, similar };
  } catch (error) {
    await takeBack(enrolled.map(({ image }) => image));
    throw error;
  }
}

/**
 * Finds the images that an earlier attempt at the same request has enrolled. What it left half-done is
 * removed first.
 * @throws BackendUnavailableError after such a removal: the next attempt can begin anew
 */
async function enrolledEarlier(
  ports: EnrollingPorts,
  entryId: number,
  imageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (imageIds.length === 0) return new Set();
  const found = [...(await ports.records.getImages(imageIds)).values()];
  const unfinished = found.filter(({ status }) => status !== 'ACTIVE');
  if (unfinished.length > 0) {
    await removeImagesEverywhere(ports, unfinished);
    throw new BackendUnavailableError(
      'An earlier attempt had broken off. Its rest is removed: try again.',
      1,
    );
  }
  return new Set(found.filter((image) => image.entryId === entryId).map(({ id }) => id));
}

/** Finds those images that are active. */
async function activeAmong(
  { records }: Pick<EnrollingPorts, 'records'>,
  imageIds: readonly string[],
): Promise<ReadonlyMap<string, ImageRecord>> {
  const found = [...(await records.getImages(imageIds))];
  return new Map(found.filter(([, { status }]) => status === 'ACTIVE'));
}

/**
 * Leaves one image of each picture, if a simultaneous request enrolled the same ones. Of a picture's ids the
 * first counts for both requests.
 * @throws BackendUnavailableError when that request took back pictures that this one has left to it
 */
async function removeDoubles(
  ports: EnrollingPorts,
  contentIds: readonly (readonly string[])[],
  known: ReadonlySet<string>,
): Promise<void> {
  const active = await activeAmong(ports, contentIds.flat());
  const lost = contentIds.some((ids) => ids.some((id) => known.has(id)) && !ids.some((id) => active.has(id)));
  if (lost) throw new BackendUnavailableError('Another request took the same pictures back: try again.', 1);
  const doubles = contentIds.flatMap((ids) => ids.flatMap((id) => active.get(id) ?? []).slice(1));
  if (doubles.length > 0) await undo(() => removeImagesEverywhere(ports, doubles));
}

function errorsOf(outcomes: readonly Outcome[], files: readonly ReferenceFile[]): string[] {
  return outcomes.flatMap(({ remark }, index) =>
    remark === undefined ? [] : [`${displayName(files[index] as ReferenceFile, index)}: ${remark}`],
  );
}

function noneEnrolled(outcomes: readonly Outcome[], errors: readonly string[]): ServiceError {
  const isLate = outcomes.some(({ remark }) => remark === noTimeLeft);
  return isLate
    ? new BackendUnavailableError('There was no time left for the pictures.', retryAfterSeconds)
    : new NoUsableImageError('None of the images can be used.', errors);
}

/** Returns the client's own name for the file, if it has one. */
function displayName({ fileName }: ReferenceFile, index: number): string {
  return shownFileName(fileName) ?? `image ${index + 1}`;
}

async function enrollFile(
  ports: EnrollingPorts,
  entryId: number,
  { bytes, fileName }: ReferenceFile,
  {
    deadline,
    wereListed,
  }: Required<Pick<EnrollFilesOptions, 'wereListed'>> & { readonly deadline: Deadline },
  [imageId, ...otherIds]: readonly string[],
): Promise<Outcome> {
  try {
    const picture = await measureReference(ports.faces, bytes);
    deadline.refuseIfAbandoned();
    if (!deadline.leaves(neededMs)) return { remark: noTimeLeft };
    const named = { picture, fileName: shownFileName(fileName) };
    const options = {
      ...(wereListed && { qualityFilter: 'none' as const }),
      compare: !wereListed && deadline.leaves(neededToCompareMs),
      deadline,
      ...(imageId !== undefined && { imageId }),
    };
    const enrolled = await enrollPicture(ports, entryId, named, options);
    const { faceCount } = enrolled;
    if (faceCount === 1) return { enrolled };
    return { enrolled, remark: `It shows ${faceCount} faces; the largest was enrolled.` };
  } catch (error) {
    if (error instanceof ImageIdTakenError && otherIds.length > 0)
      return enrollFile(ports, entryId, { bytes, fileName }, { deadline, wereListed }, otherIds);
    if (error instanceof NoTimeLeftError) return { remark: noTimeLeft };
    if (isUnusablePicture(error)) return { remark: error.message };
    throw error;
  }
}
