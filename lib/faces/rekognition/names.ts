import type { FaceOwner } from '../face.ts';

/** Names of a collection's faces, in Rekognition and in our records. */

/**
 * Pattern of our `ExternalImageId`s: `<entry id>:<image id>`. A number of fifteen digits is always a safe
 * integer.
 */
const externalImageIdForm = /^([1-9]\d{0,14}):([A-Za-z0-9-]+)$/;

/** Pattern of the `ExternalImageId`s of the service that came before this one: the entry's id alone. */
const takenOverForm = /^[1-9]\d{0,14}$/;
const faceIdForm = /^[A-Za-z0-9-]+$/;

/**
 * Names the collections of the listed faces. The first is that of a deployment with one. No stack and no
 * bucket has a name with an underscore, so none of the others is another deployment's own.
 */
export function collectionIdsOf(collectionId: string, count: number): [string, ...string[]] {
  const others = Array.from({ length: count - 1 }, (_, index) => `${collectionId}_${index + 2}`);
  return [collectionId, ...others];
}

/** Writes an owner as an `ExternalImageId`, within Rekognition's `[a-zA-Z0-9_.\-:]{1,255}`. */
export function externalImageIdOf({ entryId, imageId }: FaceOwner): string {
  return `${entryId}:${imageId}`;
}

/**
 * Reads the owner of a face; returns `undefined` for a face that another program added to the collection. A
 * face that an import took over has its own id as the id of its image. Only a record tells if it was taken
 * over, see `ListedFace.isTakenOver`.
 */
export function ownerOf(
  externalImageId: string | undefined,
  faceId: string | undefined,
): (FaceOwner & { readonly isTakenOver?: true }) | undefined {
  const [, entryId, imageId] = externalImageIdForm.exec(externalImageId ?? '') ?? [];
  if (entryId !== undefined && imageId !== undefined) return { entryId: Number(entryId), imageId };
  const isNumber = externalImageId !== undefined && takenOverForm.test(externalImageId);
  if (!isNumber || faceId === undefined || !faceIdForm.test(faceId)) return undefined;
  return { entryId: Number(externalImageId), imageId: faceId, isTakenOver: true };
}

/**
 * Writes a face's id for our records. It contains the collection, because ids mean nothing in another one.
 */
export function faceTokenOf(collectionId: string, faceId: string): string {
  return `${collectionId}/${faceId}`;
}

/**
 * Reads Rekognition's `FaceId` from a face's id in our records. Returns `undefined` for a face of another
 * collection or backend.
 */
export function faceIdOf(collectionId: string, token: string | null): string | undefined {
  const prefix = `${collectionId}/`;
  return token?.startsWith(prefix) ? token.slice(prefix.length) : undefined;
}
