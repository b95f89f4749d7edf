import { randomUUID } from 'node:crypto';
import { type Deadline, neededMs, noTimeLeft } from '../deadline.ts';
import { EntryNotFoundError, type ServiceError, SimultaneousWorkError } from '../errors.ts';
import type { EnrollOptions, WithPicture } from '../faces/comparing.ts';
import type { FaceMatch } from '../faces/face.ts';
import type { FaceBackend } from '../faces/port.ts';
import { referenceKey } from '../images/key.ts';
import { decodePicture } from '../inputs/decode.ts';
import { type MeasuredPicture, measurePicture } from '../inputs/measure.ts';
import { withoutMetadata } from '../inputs/metadata.ts';
import { pictureTooLarge } from '../inputs/too-large.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import { takeBackImages } from './remove-images.ts';
import { similarityIfUnlike } from './unlike-pictures.ts';

/** Earlier faces that match a new one; `null` if nobody looked for them, or the search failed. */
export type SimilarFaces = readonly FaceMatch[] | null;

/** A picture that was enrolled. */
export interface EnrolledPicture {
  readonly image: ImageRecord;
  readonly faceCount: number;
  readonly similar: SimilarFaces;
}

/** An image has the id already. */
export class ImageIdTakenError extends SimultaneousWorkError {}

/** The entry has got the same picture meanwhile. */
export class PictureThereError extends Error {
  readonly imageId: string;

  constructor(imageId: string) {
    super('The entry had this picture already.');
    this.imageId = imageId;
  }
}

/** The picture may show somebody else, see `unlike-pictures.ts`. */
export class UnlikePictureError extends Error {
  readonly similarity: number;

  constructor(similarity: number) {
    super('The picture looks like none of the others.');
    this.similarity = similarity;
  }
}

/** The request's time ran out while the picture waited for its turn. */
export class NoTimeLeftError extends Error {}

/**
 * Measures a picture that is to be enrolled.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError
 */
export async function measureReference(
  { maxImageBytes }: Pick<FaceBackend, 'maxImageBytes'>,
  bytes: Uint8Array,
): Promise<MeasuredPicture> {
  if (bytes.length > maxImageBytes) throw pictureTooLarge(maxImageBytes);
  return measurePicture(bytes);
}

/** A measured picture, and the bytes of it that are to be stored. */
export interface PreparedPicture {
  readonly picture: MeasuredPicture;
  readonly stored: Uint8Array;
  /** Forms in which the picture may be stored already: as it was sent, and without metadata. */
  readonly forms: readonly Uint8Array[];
}

/**
 * Makes what is stored of a picture; one that has to be turned upright takes a slot for that. The caller must
 * hold no slot.
 * @throws InputUnreadableError
 */
export async function preparePicture(
  { stripMetadata = true, pictureSlots }: Pick<EnrollingPorts, 'stripMetadata' | 'pictureSlots'>,
  picture: MeasuredPicture,
): Promise<PreparedPicture> {
  const { original } = picture;
  const bare = await withoutMetadata(picture, () =>
    pictureSlots.run(picture.memoryBytes, async () => decodePicture(picture)),
  );
  return { picture, stored: stripMetadata ? bare : original, forms: [original, bare] };
}

export interface EnrollPictureOptions extends EnrollOptions {
  /** Id of the image; a new one by default. */
  readonly imageId?: string;
  /** Name of the work that may take the image back; the caller's alone by default. */
  readonly holder?: string | undefined;
  /** End of the request's time; none without it. */
  readonly deadline?: Deadline;
  /** Finds the id of another image that is the same picture, just before this one is shown. */
  readonly findSame?: () => Promise<string | undefined>;
  /** True to hold a picture back that looks like none of the entry's others. */
  readonly holdsUnlike?: boolean;
}

/**
 * Stores record, picture and face, and then activates the image. It undoes them if a later step fails. Only
 * the work on the face takes a slot, so that no slot is held while it waits for the records. The caller must
 * hold no slot.
 * @param file the picture, see `preparePicture`, and its name from `shownFileName`
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError when the picture
 *   can't be used
 * @throws EntryNotFoundError when there is no such entry, or it is deleted meanwhile
 * @throws PictureThereError when `findSame` has found one
 * @throws UnlikePictureError when the picture is held back
 * @throws BackendUnavailableError also when an image has the id
 */
export async function enrollPicture(
  ports: EnrollingPorts,
  entryId: number,
  { picture, stored, fileName }: Omit<PreparedPicture, 'forms'> & { readonly fileName: string | null },
  {
    imageId = randomUUID(),
    holder = randomUUID(),
    deadline,
    findSame,
    holdsUnlike = false,
    ...options
  }: EnrollPictureOptions = {},
): Promise<EnrolledPicture> {
  const { faces, images, records } = ports;
  const { format, width, height } = picture;
  const key = referenceKey(entryId, imageId, format);
  const description = { name: fileName, sizeBytes: stored.length, width, height };
  const withPicture: WithPicture = (work) =>
    ports.pictureSlots.run(picture.memoryBytes, async () => {
      deadline?.refuseIfAbandoned();
      if (deadline && !deadline.leaves(neededMs)) throw new NoTimeLeftError(noTimeLeft);
      return work(await decodePicture(picture));
    });
  const created = await records.createImage({ id: imageId, entryId, key, file: description, holder });
  if (!created) throw new ImageIdTakenError('The same picture is being added at this moment.', 5);
  let image = created;
  try {
    await images.put(key, stored, `image/${format}`);
    const enrollment = await faces.enroll(withPicture, { entryId, imageId }, options);
    const { faceCount, quality, similar } = enrollment;
    const face = { ...enrollment.face, quality };
    image = { ...image, face };
    const same = await findSame?.();
    if (same !== undefined) throw new PictureThereError(same);
    const unlike = holdsUnlike ? await similarityIfUnlike(ports, image, similar, withPicture) : undefined;
    if (unlike !== undefined) throw new UnlikePictureError(unlike);
    if (!(await records.activateImage(imageId, face))) throw await inactiveEntryError(records, entryId);
    return { image, faceCount, similar };
  } catch (error) {
    await undo(() => takeBackImages(ports, [image]));
    throw error;
  }
}

/** Tells why an image that was being made can't be shown: its entry was deleted meanwhile, or it was. */
async function inactiveEntryError(
  records: EnrollingPorts['records'],
  entryId: number,
): Promise<ServiceError> {
  const status = (await records.getEntry(entryId))?.status;
  return status === undefined || status === 'DELETING'
    ? new EntryNotFoundError()
    : new SimultaneousWorkError('The picture was taken back meanwhile: try again.', 1);
}

/**
 * Undoes some work as far as possible. Errors are dropped: the data is hidden already and the sweep removes
 * it. The caller rethrows the error that made it undo.
 */
export async function undo(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
