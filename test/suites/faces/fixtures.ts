import type { DistanceMetric } from '../../../lib/contract/vocabulary.ts';
import type { FaceBackend, FaceOwner, MatchedFace } from '../../../lib/faces/port.ts';
import type { Picture } from '../../../lib/inputs/picture.ts';

/** A face backend with nobody in its gallery. */
export interface OpenedFaces {
  readonly backend: FaceBackend;
  /** Closes it, and removes its gallery. */
  remove(): Promise<void>;
}

/** What a backend lets a request choose, and where it cannot do as others do. */
export interface FaceAbilities {
  readonly models: readonly string[];
  readonly detectors: readonly string[];
  readonly metrics: readonly DistanceMetric[];
  /** Why a match does not tell where the face is in its reference image, if so. */
  readonly noTargetBecause?: string;
}

/** What the parts of the suite work with. */
export interface Setting {
  readonly abilities: FaceAbilities;
  readonly backend: FaceBackend;
  /** Of the three people of sample 3, from left to right: persons 1, 2 and 3. */
  readonly portraits: readonly Picture[];
  /** Of person 2 on another day. */
  readonly otherPortrait: Picture;
}

export async function owners(backend: FaceBackend): Promise<FaceOwner[]> {
  const listed: FaceOwner[] = [];
  for await (const owner of backend.listOwners()) listed.push(owner);
  return listed;
}

/** Person 1 is the left-most of sample 3. */
export function owner(person: number, picture = 'a'): FaceOwner {
  return { entryId: person, imageId: `${person}-${picture}` };
}

export async function enrollEach({ backend, portraits }: Setting): Promise<void> {
  await Promise.all(portraits.map((portrait, index) => backend.enroll(portrait, owner(index + 1))));
}

export const entriesOf = ({ matches }: MatchedFace) => matches.map(({ entryId }) => entryId);
export const imagesOf = ({ matches }: MatchedFace) => matches.map(({ imageId }) => imageId);
