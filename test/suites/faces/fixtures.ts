import type { SimilarityMetric } from '../../../lib/contract/vocabulary.ts';
import type { WithPicture } from '../../../lib/faces/comparing.ts';
import type { EnrolledFace, FaceOwner, ListedFace, MatchedFace } from '../../../lib/faces/face.ts';
import type { FaceBackend } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';

/** Pictures of three people, from left to right: persons 1, 2 and 3. */
export interface SuitePictures {
  readonly portraits: readonly Picture[];
  /** Picture of person 2 on another day. */
  readonly otherPortrait: Picture;
  /** Picture of all three, with faces of different sizes. */
  readonly group: Picture;
}

/** A face backend with an empty gallery. */
export interface OpenedFaces {
  readonly backend: FaceBackend;
  /** Pictures in which it finds faces; by default photographs of people. */
  readonly pictures?: SuitePictures;
  /** Closes it, and removes its gallery. */
  remove(): Promise<void>;
}

/** A backend's choices for a request, and its limits compared with other backends. */
export interface FaceAbilities {
  readonly models: readonly string[];
  readonly detectors: readonly string[];
  /** Metrics that a request may choose; just one if the backend always uses the same. */
  readonly metrics: readonly SimilarityMetric[];
  /** Reason why a match does not say where the face is in its reference image, if it does not. */
  readonly noTargetBecause?: string;
}

/** Fixtures that the parts of the suite share. */
export interface Setting extends SuitePictures {
  readonly abilities: FaceAbilities;
  readonly backend: FaceBackend;
}

export async function gallery(backend: FaceBackend): Promise<ListedFace[]> {
  const listed: ListedFace[] = [];
  for await (const face of backend.listFaces()) listed.push(face);
  return listed;
}

export async function owners(backend: FaceBackend): Promise<FaceOwner[]> {
  return (await gallery(backend)).map(({ entryId, imageId }) => ({ entryId, imageId }));
}

/** Gives the owner of a person's face. Person 1 is the left-most of sample 3. */
export function owner(person: number, picture = 'a'): FaceOwner {
  return { entryId: person, imageId: `${person}-${picture}` };
}

/** Enrolls a picture's largest face, and returns the ids by which it is removed again. */
export async function enrollAs(
  backend: FaceBackend,
  picture: Picture,
  owner: FaceOwner,
): Promise<EnrolledFace> {
  const { face } = await backend.enroll(picture, owner);
  return { ...owner, faceId: face.id };
}

/** Enrolls persons 1, 2 and 3, in this order. */
export async function enrollEach({ backend, portraits }: Setting): Promise<EnrolledFace[]> {
  return Promise.all(portraits.map((portrait, index) => enrollAs(backend, portrait, owner(index + 1))));
}

/** Wraps a decoded picture as the port expects it. */
export function heldPicture(picture: Picture): WithPicture {
  return (work) => work(picture);
}

export const entriesOf = ({ matches }: MatchedFace) => matches.map(({ entryId }) => entryId);
export const imagesOf = ({ matches }: MatchedFace) => matches.map(({ imageId }) => imageId);
