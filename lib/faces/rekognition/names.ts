import type { FaceOwner } from '../port.ts';

/** Names of a collection's faces, in Rekognition and in our records. */

/**
 * Pattern of our `ExternalImageId`s: `<entry id>:<image id>`. A number of fifteen digits is always a safe
 * integer.
 */
const externalImageIdForm = /^([1-9]\d{0,14}):([A-Za-z0-9-]+)$/;

/** Writes an owner as an `ExternalImageId`, within Rekognition's `[a-zA-Z0-9_.\-:]{1,255}`. */
export function externalImageIdOf({ entryId, imageId }: FaceOwner): string {
  return `${entryId}:${imageId}`;
}

/** Reads the owner of a face; returns `undefined` for a face that another program added to the collection. */
export function ownerOf(externalImageId: string | undefined): FaceOwner | undefined {
  const [, entryId, imageId] = externalImageIdForm.exec(externalImageId ?? '') ?? [];
  return entryId === undefined || imageId === undefined ? undefined : { entryId: Number(entryId), imageId };
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
