import type { FaceOwner } from '../port.ts';

/** What the faces of a collection are called, there and in our records. */

/** The form of our `ExternalImageId`s: `<entry id>:<image id>`. Fifteen digits are always a safe whole number. */
const externalImageIdForm = /^([1-9]\d{0,14}):([A-Za-z0-9-]+)$/;

/** An owner as Rekognition keeps it, within its `[a-zA-Z0-9_.\-:]{1,255}`. */
export function externalImageIdOf({ entryId, imageId }: FaceOwner): string {
  return `${entryId}:${imageId}`;
}

/** Whose a face is; `undefined` for one that somebody else put into the collection. */
export function ownerOf(externalImageId: string | undefined): FaceOwner | undefined {
  const [, entryId, imageId] = externalImageIdForm.exec(externalImageId ?? '') ?? [];
  return entryId === undefined || imageId === undefined ? undefined : { entryId: Number(entryId), imageId };
}

/** A face as our records keep it: with its collection, for ids mean nothing in another one. */
export function faceTokenOf(collectionId: string, faceId: string): string {
  return `${collectionId}/${faceId}`;
}

/** Rekognition's `FaceId` of a token; `undefined` for a face of another collection or of another backend. */
export function faceIdOf(collectionId: string, token: string | null): string | undefined {
  const prefix = `${collectionId}/`;
  return token?.startsWith(prefix) ? token.slice(prefix.length) : undefined;
}
