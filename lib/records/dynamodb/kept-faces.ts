import type { FaceCollection, KeptFaceRecords, PictureOfFaces } from '../../faces/rekognition/kept-faces.ts';
import type { KeptFace, KeptFacePlace } from '../processed.ts';
import type { Action } from './action.ts';
import { asRead } from './change-picture.ts';
import { again, TableClient, type TableSettings } from './client.ts';
import { erasureKey, pictureKey, processedKey } from './items.ts';
import type { Item } from './keys.ts';

/** Faces of a picture that a collection keeps, by their ids there. */
type KeptFaceIds = PictureOfFaces['faces'];

export function keptFacesOf(item: Item): KeptFaceIds {
  return item.keptFaces ?? [];
}

/** Writes kept faces for a picture's item. */
export function keptFaceIds(kept: readonly KeptFace[]): { readonly keptFaces?: KeptFaceIds } {
  if (kept.length === 0) return {};
  return {
    keptFaces: kept.map(({ faceIndex, bytes }) => ({ faceIndex, id: Buffer.from(bytes).toString() })),
  };
}

/** Opens the records of the pictures whose faces a collection keeps, without a call. */
export function openDynamoKeptFaces(settings: TableSettings): KeptFaceRecords {
  const table = new TableClient(settings);
  return {
    async find(pictureIds) {
      const byNumber = new Map<number, string>();
      const keys = new Map(pictureIds.map((pictureId) => [pictureKey(pictureId).pk, pictureId]));
      for (const { pk, number } of await table.getAll(pictureIds.map(pictureKey))) {
        byNumber.set(Number(number), keys.get(pk) ?? '');
      }
      const items = await table.getAll([...byNumber.keys()].map(processedKey));
      return new Map(
        items.map((item) => {
          const processedId = Number(item.sk);
          return [byNumber.get(processedId) ?? '', { processedId, faces: keptFacesOf(item) }];
        }),
      );
    },
  };
}

/**
 * Removes faces from the collection, and then from the pictures' items; the erasure counts them in that step.
 */
export async function forgetFaces(
  table: TableClient,
  collection: FaceCollection | undefined,
  places: readonly KeptFacePlace[],
  entryId: number,
): Promise<void> {
  const isErasure = (await table.get(erasureKey(entryId))) !== undefined;
  const byPicture = Map.groupBy(places, ({ processedId }) => processedId);
  for (const [processedId, ofPicture] of byPicture) {
    const key = processedKey(processedId);
    const gone = new Set(ofPicture.map(({ faceIndex }) => faceIndex));
    await table.settle(async () => {
      const item = await table.get(key);
      const known = item ? keptFacesOf(item) : [];
      const faces = known.filter(({ faceIndex }) => gone.has(faceIndex));
      if (!item || faces.length === 0) return true;
      await collection?.remove(faces.map(({ id }) => id));
      const left = known.filter(({ faceIndex }) => !gone.has(faceIndex));
      const { condition, values } = { values: {}, ...asRead(item) };
      const change: Action = {
        update: key,
        change: 'SET #keptFaces = :left, #redactions = :next',
        condition,
        values: { ...values, left, next: (item.redactions ?? 0) + 1 },
      };
      const counted = isErasure ? [countForgotten(entryId, faces.length)] : [];
      return (await table.transact([change, ...counted])).done || again;
    });
  }
}

function countForgotten(entryId: number, faces: number): Action {
  return {
    update: erasureKey(entryId),
    change: `SET ${addForgotten} ADD #version :one`,
    condition: 'attribute_exists(#pk)',
    values: { faces, zero: 0, one: 1 },
  };
}

/** Adds `:faces` to the count of an erasure. Those of an earlier version have none. */
export const addForgotten = '#removed.#kept_faces = if_not_exists(#removed.#kept_faces, :zero) + :faces';
