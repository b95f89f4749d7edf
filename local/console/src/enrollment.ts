import type { BlacklistMatch, BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { RefusedError } from './api/client.ts';
import { examineImage, verify, verifyEntry } from './api/endpoints.ts';
import { inlineBytes, preview, toBase64, UnreadableFileError } from './api/prepare.ts';
import { chosenFace, type DraftPicture, fileToSend, isToSend, type LooksLike } from './draft.ts';
import type { PersonValues } from './model/person.ts';
import { nearlyCalled } from './names-there.ts';

/** Comparing of pictures that are to be enrolled: with who is listed, and with the person's others. */

/** A person who is to be listed, or is already. */
export interface Person {
  readonly values: PersonValues;
  readonly entryId: number | undefined;
}

/** Reasons to ask before the pictures are sent. */
export interface Doubts {
  /** Listed people whom the chosen faces look like already. */
  readonly duplicates: readonly Duplicate[];
  /** Pictures whose face does not look like the person's others. */
  readonly strangers: readonly Stranger[];
  /** Entries out of force under nearly the name of the person who is to be listed. */
  readonly nearlyThere: readonly BlacklistRecord[];
}

/** A listed person, and the picture whose chosen face looks like them. */
export interface Duplicate extends LooksLike {
  readonly picture: DraftPicture;
}

export interface Stranger {
  readonly picture: DraftPicture;
  /** Picture of the person that it was compared with: another of the draft, or the nearest that is listed. */
  readonly other: DraftPicture | { readonly entryId: number; readonly imageId: string | null };
  readonly similarity: number;
}

/** Longer side of the pictures that are only compared. */
const comparedSide = 800;
/** The same for pictures with several faces, of which the largest is compared. */
const strangersSide = 2_048;

/**
 * Finds out whom the chosen faces look like, and if they are all of one person. Nothing is kept of that.
 *
 * @throws errors of the service, except those about a picture, which enrolling tells
 */
export async function findDoubts(
  draft: readonly DraftPicture[],
  { entryId, values }: Person,
): Promise<Doubts> {
  const pictures = draft.filter(isToSend);
  const duplicates = new Map<number, Duplicate>();
  for (const picture of pictures) {
    for (const alike of chosenFace(picture)?.looksLike ?? []) {
      const known = duplicates.get(alike.id)?.similarity ?? -1;
      if (alike.id !== entryId && known < alike.similarity) duplicates.set(alike.id, { ...alike, picture });
    }
  }
  const strangers: Stranger[] = [];
  const [first, ...others] = pictures.filter((picture) => chosenFace(picture) !== undefined);
  const reference = entryId === undefined && first ? await comparable(first) : undefined;
  for (const picture of entryId === undefined || !first ? others : [first, ...others]) {
    const compared = await likeness(await comparable(picture), entryId, reference);
    const unlike = unlikeIn(compared);
    if (unlike === undefined) continue;
    const { imageId, similarity } = unlike;
    const other = entryId === undefined ? first : { entryId, imageId };
    if (other !== undefined) strangers.push({ picture, other, similarity });
  }
  const sorted = [...duplicates.values()].sort((one, other) => other.similarity - one.similarity);
  const nearlyThere = entryId === undefined ? await nearlyCalled(values.name) : [];
  return { duplicates: sorted, strangers, nearlyThere };
}

/** Distance of a face from a person's pictures that it does not look like. */
export interface Unlike {
  readonly similarity: number;
  /** Reference picture that is nearest; null if the service does not tell. */
  readonly imageId: string | null;
}

/**
 * Compares a picture's largest face with a listed person. Returns `undefined` if it looks like the person, or
 * shows no face.
 *
 * @throws UnreadableFileError, and errors of the service that are not about the picture
 */
export async function strangerTo(entryId: number, file: File): Promise<Unlike | undefined> {
  // In a smaller copy another face may be the largest, so it is the picture itself if a request can hold it.
  const base64 =
    file.size <= inlineBytes ? await toBase64(file) : (await preview(file, strangersSide)).base64;
  return unlikeIn(await likeness(base64, entryId, undefined));
}

/**
 * Begins to compare others with a picture, which is prepared once. The returned function tells if the largest
 * faces look alike; undefined if they can't be compared.
 *
 * @throws errors of the service that are not about a picture
 */
export async function alikeWith(
  one: File,
): Promise<((other: File) => Promise<boolean | undefined>) | undefined> {
  const reference = await halfIfReadable(one);
  if (reference === undefined) return undefined;
  return async (other) => {
    const image = await halfIfReadable(other);
    const compared = image === undefined ? undefined : await likeness(reference, undefined, image);
    return compared && unlikeIn(compared) === undefined;
  };
}

async function halfIfReadable(file: File): Promise<string | undefined> {
  try {
    return await half(file);
  } catch (error) {
    if (error instanceof UnreadableFileError) return undefined;
    throw error;
  }
}

/** Largest distance of two copies of a picture: computing alone makes one of zero a little larger. */
const copyDistance = 1e-5;

/**
 * Finds listed people who have the same picture, by its faces, also suspended and expired ones.
 *
 * @throws UnreadableFileError, and errors of the service that are not about the picture
 */
export async function listedWith(file: File): Promise<{ name: string; isOutOfForce: boolean }[]> {
  try {
    const found = await examineImage(await half(file));
    const isAlike = found.faces.some(
      ({ blacklist_matches, out_of_force = [] }) => blacklist_matches.length + out_of_force.length > 0,
    );
    // A scaled picture is no exact copy any more, so one that looks like somebody is sent whole.
    const { faces } = isAlike && !fitsHalf(file) ? await examineImage(file) : found;
    const copiesIn = (matches: readonly BlacklistMatch[] = [], isOutOfForce = false) =>
      matches
        .filter(({ distance }) => distance <= copyDistance)
        .map(({ entry: { name } }) => ({ name, isOutOfForce }));
    return faces.flatMap((face) => [
      ...copiesIn(face.blacklist_matches),
      ...copiesIn(face.out_of_force, true),
    ]);
  } catch (error) {
    if (isAboutPicture(error)) return [];
    throw error;
  }
}

/** Returns a picture as half of a request. */
async function half(file: File): Promise<string> {
  return fitsHalf(file) ? await toBase64(file) : (await preview(file, strangersSide)).base64;
}

const fitsHalf = ({ size }: File) => size <= inlineBytes / 2;

function unlikeIn(compared: Awaited<ReturnType<typeof likeness>>): Unlike | undefined {
  // A suspended entry verifies nobody, but its pictures look alike nevertheless.
  const { distance, similarity, threshold } = compared ?? {};
  if (distance == null || similarity == null || distance <= (threshold ?? 0)) return undefined;
  return { similarity, imageId: compared && 'image_id' in compared ? compared.image_id : null };
}

async function comparable(picture: DraftPicture): Promise<string> {
  return (await preview(await fileToSend(picture), comparedSide)).base64;
}

async function likeness(image: string, entryId: number | undefined, reference: string | undefined) {
  try {
    if (entryId !== undefined) return await verifyEntry(entryId, image);
    return reference === undefined ? undefined : await verify(reference, image);
  } catch (error) {
    if (isAboutPicture(error)) return undefined;
    throw error;
  }
}

/** Returns true if the doubts name nothing that another list of them does not name. */
export function areAmong(doubts: Doubts, known: Doubts): boolean {
  return (
    doubts.duplicates.every(({ id }) => known.duplicates.some((one) => one.id === id)) &&
    doubts.nearlyThere.every(({ id }) => known.nearlyThere.some((one) => one.id === id)) &&
    doubts.strangers.every(({ picture }) => known.strangers.some((one) => one.picture.id === picture.id))
  );
}

export function isAboutPicture(error: unknown): error is RefusedError {
  return error instanceof RefusedError && [400, 413, 415].includes(error.status);
}
