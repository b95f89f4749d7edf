import { type Deadline, neededMs, noTimeLeft } from '../deadline.ts';
import { isUnusablePicture } from '../errors.ts';
import type { EnrollingPorts } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import {
  type EnrolledPicture,
  enrollPicture,
  ImageIdTakenError,
  measureReference,
  NoTimeLeftError,
  PictureThereError,
  type PreparedPicture,
  preparePicture,
  UnlikePictureError,
} from './enroll-picture.ts';
import { EntryPictures, type StoredForm, storedForm } from './same-picture.ts';
import { shownFileName } from './shown-file-name.ts';

/** A file that was sent to become a reference image. */
export interface ReferenceFile {
  /** Name that the client gave the file. It identifies the file in messages and is never used as a path. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Result of one file: its image, if the entry has one of it now, and a message for the client. */
export interface FileOutcome {
  readonly imageId?: string;
  /** Enrolled picture, where this attempt has enrolled it. */
  readonly enrolled?: EnrolledPicture & { readonly form: StoredForm };
  /** True if an earlier attempt at the same request has enrolled it. */
  readonly isOwn?: true;
  readonly remark?: string;
  /** Similarity to the nearest of the others, for a picture that is held back. */
  readonly heldAt?: number;
}

/** The outcome of a picture that the entry has, whoever added it. */
export function thereAlready(imageId: string): FileOutcome {
  return { imageId, remark: new PictureThereError(imageId).message };
}

/** Returns true if the entry has no image of the file. */
export function isUnusable({ imageId }: FileOutcome): boolean {
  return imageId === undefined;
}

/**
 * Time below which further pictures are enrolled without a search for similar faces. Rekognition's quota then
 * goes to enrolling.
 */
const neededToCompareMs = 20_000;

interface EnrollingFiles {
  readonly deadline: Deadline;
  /** True for pictures that were accepted before. */
  readonly wereListed: boolean;
  /** True for an entry to which nobody else adds pictures. */
  readonly isNew: boolean;
  /** Name of the merge that may take the pictures back. */
  readonly holder: string | undefined;
  /** Ids of images that an earlier attempt at the request has enrolled. */
  readonly own: ReadonlySet<string>;
  /** Pictures that the entry had before the request. */
  readonly there: EntryPictures;
  /** True to hold pictures back that look like none of the entry's others. */
  readonly holdsUnlike: boolean;
}

/** The files of one request, and what it has enrolled of them. */
export class EnrolledFiles {
  /** Images that were enrolled, to be taken back if a later step fails. */
  readonly images: ImageRecord[] = [];
  readonly #ports: EnrollingPorts;
  readonly #entryId: number;
  readonly #request: EnrollingFiles;
  /** Outcomes of the request's pictures, by the hashes of what is stored of them. */
  readonly #outcomes = new Map<string, Promise<FileOutcome>>();

  constructor(ports: EnrollingPorts, entryId: number, request: EnrollingFiles) {
    this.#ports = ports;
    this.#entryId = entryId;
    this.#request = request;
  }

  /**
   * Enrolls a file, unless the entry has its picture, or another file of the request is the same.
   * @param ids ids that its image may get
   * @throws EntryNotFoundError, BackendUnavailableError, ClientGoneError
   */
  async take({ fileName, bytes }: ReferenceFile, ids: readonly string[]): Promise<FileOutcome> {
    const { own, there } = this.#request;
    const ownId = ids.find((id) => own.has(id));
    if (ownId !== undefined) return { imageId: ownId, isOwn: true };
    const sent = await there.find(bytes);
    if (sent !== undefined) return thereAlready(sent);
    try {
      const prepared = await preparePicture(this.#ports, await measureReference(this.#ports.faces, bytes));
      const form = storedForm(prepared.stored);
      const same = this.#outcomes.get(form.hash);
      if (same) return asSecond(await same);
      const outcome = this.#enroll(prepared, form, fileName, ids);
      this.#outcomes.set(form.hash, outcome);
      return await outcome;
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async #enroll(
    prepared: PreparedPicture,
    form: StoredForm,
    fileName: string,
    [imageId, ...otherIds]: readonly string[],
  ): Promise<FileOutcome> {
    const { deadline, wereListed, isNew, holder, holdsUnlike, there } = this.#request;
    const known = await there.findAny(prepared.forms);
    if (known !== undefined) return thereAlready(known);
    deadline.refuseIfAbandoned();
    if (!deadline.leaves(neededMs)) return { remark: noTimeLeft };
    const options = {
      ...(wereListed && { qualityFilter: 'none' as const }),
      compare: !wereListed && deadline.leaves(neededToCompareMs),
      deadline,
      holder,
      holdsUnlike,
      ...(imageId !== undefined && { imageId }),
      ...(!isNew && {
        findSame: async () => (await EntryPictures.of(this.#ports, this.#entryId)).findAny(prepared.forms),
      }),
    };
    try {
      const named = { ...prepared, fileName: shownFileName(fileName) };
      const enrolled = await enrollPicture(this.#ports, this.#entryId, named, options);
      this.images.push(enrolled.image);
      const { faceCount, image } = enrolled;
      const outcome = { imageId: image.id, enrolled: { ...enrolled, form } };
      if (faceCount === 1) return outcome;
      return { ...outcome, remark: `It shows ${faceCount} faces; the largest was enrolled.` };
    } catch (error) {
      if (error instanceof ImageIdTakenError && otherIds.length > 0)
        return this.#enroll(prepared, form, fileName, otherIds);
      return outcomeOf(error);
    }
  }
}

/** Returns the outcome of a picture that the same request had before: it was enrolled then, or refused. */
function asSecond(first: FileOutcome): FileOutcome {
  return first.imageId === undefined ? first : thereAlready(first.imageId);
}

/** Returns the outcome of a picture that can't be taken; throws any other error. */
function outcomeOf(error: unknown): FileOutcome {
  if (error instanceof PictureThereError) return thereAlready(error.imageId);
  if (error instanceof UnlikePictureError) return { heldAt: error.similarity };
  if (error instanceof NoTimeLeftError) return { remark: noTimeLeft };
  if (isUnusablePicture(error)) return { remark: error.message };
  throw error;
}
