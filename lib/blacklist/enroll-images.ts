import { type Deadline, noDeadline, noTimeLeft } from '../deadline.ts';
import {
  BackendUnavailableError,
  NoUsableImageError,
  type ServiceError,
  SimultaneousWorkError,
} from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import { allInTurns } from '../promises.ts';
import type { ImageRecord } from '../records/entry.ts';
import { contentIdsOf } from './content-ids.ts';
import { withoutDoubles } from './doubles.ts';
import { EnrolledFiles, type FileOutcome, isUnusable, type ReferenceFile } from './enroll-file.ts';
import { type SimilarFaces, undo } from './enroll-picture.ts';
import { removeImagesEverywhere, takeBackImages } from './remove-images.ts';
import { EntryPictures } from './same-picture.ts';
import { shownFileName } from './shown-file-name.ts';
import { type ComparingOptions, unlikeAmong } from './unlike-pictures.ts';

export type { ReferenceFile };

export interface Enrollment {
  /** Number of pictures that this request added, also in an earlier attempt. */
  readonly enrolled: number;
  /** Messages, one for each file that was refused or used only in part. */
  readonly errors: string[];
  /** Similar faces of each enrolled picture, see `Enrollment.similar` in `lib/faces/comparing.ts`. */
  readonly similar: readonly SimilarFaces[];
  /** Pictures of the entry that look like none of its others, where some were added. */
  readonly unlike: readonly UnlikePicture[];
  /** Pictures that were held back for that reason. */
  readonly held: readonly HeldPicture[];
}

/** A picture that looks like none of the entry's others. */
export interface UnlikePicture {
  /** Client's name for the file, or its number. */
  readonly label: string;
  /** Similarity to the nearest of the others, 0..100. */
  readonly similarity: number;
}

/** A picture that was held back because it looks like none of the entry's others. */
export interface HeldPicture extends UnlikePicture {
  /** Place of the file in the request. */
  readonly place: number;
}

const retryAfterSeconds = 5;

export interface EnrollFilesOptions {
  /** Time by which the request must be done. */
  readonly deadline?: Deadline | undefined;
  /** Removes the images enrolled so far, if a later step fails. */
  readonly takeBack?: (images: readonly ImageRecord[]) => Promise<void>;
  /** Rule by which images get their ids; `content` without it. */
  readonly identity?: ImageIdentity | undefined;
  /** True for pictures that were accepted before: none is refused for its quality, or searched for others. */
  readonly wereListed?: boolean;
  /** True for an entry that is being made: it has no pictures, and nobody else adds any. */
  readonly isNew?: boolean;
  /** Name of the merge that lends the entry the pictures, and may take them back later. */
  readonly holder?: string;
  /** True to hold pictures back that look like none of the entry's others. */
  readonly holdsUnlike?: boolean;
}

/**
 * Rule by which images get their ids. `content` makes an id from the entry and the picture, see
 * `contentIdsOf`. A function gives the ids of a request's places, by which a repeated request knows its own
 * images. By neither does an entry get a picture that it has.
 */
export type ImageIdentity = 'content' | ((place: number) => string);

/**
 * Enrolls each file's largest face for an entry. It leaves out pictures that the entry has, files that can't
 * be used, and those without time, and returns the reasons. If it throws, nothing is kept, so that the client
 * can send the same request again.
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
    takeBack = (images) => undo(() => takeBackImages(ports, images)),
    identity = 'content',
    wereListed = false,
    isNew = false,
    holder,
    holdsUnlike = false,
  }: EnrollFilesOptions = {},
): Promise<Enrollment> {
  if (files.length === 0) throw new NoUsableImageError('No images provided.');
  const ids = idsOf(entryId, files, identity);
  const own = identity === 'content' ? new Set<string>() : await enrolledEarlier(ports, entryId, ids.flat());
  const there = isNew ? EntryPictures.none(ports, entryId) : await EntryPictures.of(ports, entryId);
  const request = { deadline, wereListed, isNew, holder, own, there, holdsUnlike };
  const taking = new EnrolledFiles(ports, entryId, request);
  try {
    // The pictures of a request take turns with those of other requests.
    const outcomes = await allInTurns(
      files.map((file, place) => ({ file, ids: ids[place] ?? [] })),
      ports.pictureSlots.fairShare(),
      ({ file, ids }) => taking.take(file, ids),
    );
    // A merge looks at the entry's pictures at its end.
    const isSettled = isNew || holder !== undefined;
    const settled = isSettled ? { outcomes } : await withoutDoubles(ports, entryId, outcomes);
    return await enrollmentOf(ports, entryId, files, { ...settled, deadline, isNew });
  } catch (error) {
    await takeBack(taking.images);
    throw error;
  }
}

/** Outcomes of a request's files, once those that others added too are left out. */
interface Settled extends ComparingOptions {
  readonly outcomes: readonly FileOutcome[];
  readonly isNew: boolean;
}

/**
 * Sums up what became of a request's files.
 * @throws NoUsableImageError when none can be used
 * @throws BackendUnavailableError also when there was no time for any usable file
 */
async function enrollmentOf(
  ports: EnrollingPorts,
  entryId: number,
  files: readonly ReferenceFile[],
  { outcomes, isNew, ...comparing }: Settled,
): Promise<Enrollment> {
  const errors = errorsOf(outcomes, files);
  const held = heldOf(outcomes, files);
  if (held.length === 0 && outcomes.every(isUnusable)) throw noneEnrolled(outcomes, errors);
  const similar = outcomes.flatMap(({ enrolled, imageId }) =>
    enrolled ? [enrolled.similar] : imageId === undefined ? [] : [null],
  );
  const added = outcomes.filter(({ enrolled, isOwn }) => enrolled || isOwn);
  const isAlone = isNew && added.length < 2;
  const unlike = isAlone ? [] : await unlikeOf(ports, entryId, outcomes, files, comparing);
  return { enrolled: added.length, errors, similar, unlike, held };
}

/** Gives each file the ids that its image may get, the first one to be tried first. */
function idsOf(entryId: number, files: readonly ReferenceFile[], identity: ImageIdentity): string[][] {
  if (identity !== 'content') return files.map((_, place) => [identity(place)]);
  return files.map(({ bytes }) => contentIdsOf(entryId, bytes));
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
    throw new SimultaneousWorkError('An earlier attempt had broken off. Its rest is removed: try again.', 1);
  }
  return new Set(found.filter((image) => image.entryId === entryId).map(({ id }) => id));
}

function errorsOf(outcomes: readonly FileOutcome[], files: readonly ReferenceFile[]): string[] {
  return outcomes.flatMap(({ remark }, index) =>
    remark === undefined ? [] : [`${labelOf(files, index)}: ${remark}`],
  );
}

function heldOf(outcomes: readonly FileOutcome[], files: readonly ReferenceFile[]): HeldPicture[] {
  return outcomes.flatMap(({ heldAt }, place) =>
    heldAt === undefined ? [] : [{ place, label: labelOf(files, place), similarity: heldAt }],
  );
}

/** Finds the pictures that look like none of the entry's others, now that this attempt has added some. */
async function unlikeOf(
  ports: EnrollingPorts,
  entryId: number,
  outcomes: readonly FileOutcome[],
  files: readonly ReferenceFile[],
  options: ComparingOptions,
): Promise<UnlikePicture[]> {
  const places = new Map(outcomes.map(({ enrolled }, place) => [enrolled?.image.id, place]));
  const added = outcomes.flatMap(({ enrolled }) =>
    enrolled ? [{ imageId: enrolled.image.id, similar: enrolled.similar }] : [],
  );
  const unlike = await unlikeAmong(ports, entryId, added, options);
  return unlike.map(({ imageId, similarity, fileName }) => {
    const place = places.get(imageId);
    return { label: place === undefined ? (fileName ?? imageId) : labelOf(files, place), similarity };
  });
}

function noneEnrolled(outcomes: readonly FileOutcome[], errors: readonly string[]): ServiceError {
  const isLate = outcomes.some(({ remark }) => remark === noTimeLeft);
  return isLate
    ? new BackendUnavailableError('There was no time left for the pictures.', retryAfterSeconds)
    : new NoUsableImageError('None of the images can be used.', errors);
}

/** Returns the client's own name for a file, if it has one. */
function labelOf(files: readonly ReferenceFile[], place: number): string {
  return shownFileName(files[place]?.fileName ?? '') ?? `image ${place + 1}`;
}
