import { changeFacts, countWritten, isService } from '../../audit/scope.ts';
import { EntryNotFoundError, LastImageError } from '../../errors.ts';
import type { ImageRecord, NewImage, RecordedFace, RecordStatus } from '../entry.ts';
import type { RecordStore } from '../port.ts';
import { withEntriesInForce } from '../shared/in-force.ts';
import { type Action, isNew } from './action.ts';
import { again, type TableClient } from './client.ts';
import {
  entryKey,
  entryPlace,
  entryRecord,
  imageIdAt,
  imageKey,
  imageRecord,
  ownPartition,
  statusPartition,
  statusPlace,
} from './items.ts';
import type { Key } from './keys.ts';

/** Number of images removed in one transaction, which takes 100 actions, three for each image. */
const removedAtOnce = 30;
const listedAtOnce = 500;

/** Makes the part of the record store that keeps images. */
export function imageRecords(table: TableClient) {
  return { ...imageReads(table), ...imageAdditions(table), ...imageRemovals(table) };
}

/** Makes the methods that read images. */
function imageReads(table: TableClient) {
  return {
    async getImages(imageIds: readonly string[]): Promise<Map<string, ImageRecord>> {
      return getImages(table, imageIds);
    },

    async listImages(entryId: number): Promise<ImageRecord[]> {
      return imagesOf(table, entryId);
    },

    async *listImagesByStatus(status: RecordStatus): AsyncGenerator<ImageRecord> {
      for await (const image of imagesAt(table, statusPartition(status))) {
        if (image.status === status) yield image;
      }
    },

    async findActive(imageIds: readonly string[]) {
      const images = [...(await getImages(table, imageIds)).values()].filter(isActive);
      const entryIds = [...new Set(images.map((image) => image.entryId))];
      const entries = (await table.getAll(entryIds.map(entryKey))).map(entryRecord);
      return withEntriesInForce(images, entries);
    },
  } satisfies Partial<RecordStore>;
}

/** Returns all images of an entry. */
export async function imagesOf(table: TableClient, entryId: number): Promise<ImageRecord[]> {
  return Array.fromAsync(imagesAt(table, ownPartition(entryId)));
}

/** Makes the methods that add images and their faces. */
function imageAdditions(table: TableClient) {
  return {
    createImage: (given: NewImage) => createImage(table, given),

    async activateImage(imageId: string, face: RecordedFace): Promise<ImageRecord | undefined> {
      return table.settle(async () => {
        const image = await getImage(table, imageId);
        if (image?.status !== 'PENDING') return undefined;
        const entry = await table.get(entryKey(image.entryId));
        if (!entry || entry.status === 'DELETING') return undefined;
        // Until its entry is shown, the image is a part of the listing, which has a line of its own.
        const facts = entry.status === 'ACTIVE' ? [changeFacts({ entryId: image.entryId, imageId })] : [];
        const { done } = await table.transact(
          [addedTo(image.entryId, entry.status), ...changeOfStatus(image, 'ACTIVE', face)],
          facts,
        );
        if (done) countWritten(facts.length);
        return done ? { ...image, status: 'ACTIVE', face } : again;
      });
    },

    async replaceFace(imageId: string, face: RecordedFace): Promise<void> {
      const action = {
        update: imageKey(imageId),
        change: 'SET #face = :face',
        condition: '#status = :active',
        values: { face, active: 'ACTIVE' },
      };
      await table.settle(async () => {
        const { done, refused } = await table.transact([action]);
        return done || refused.size > 0 || again;
      });
    },
  } satisfies Partial<RecordStore>;
}

async function createImage(table: TableClient, given: NewImage): Promise<ImageRecord | undefined> {
  const { id, entryId } = given;
  if (!Number.isSafeInteger(entryId)) throw new EntryNotFoundError();
  const addedDate = new Date().toISOString();
  const image: ImageRecord = { ...given, status: 'PENDING', addedDate, face: null };
  return table.settle(async () => {
    const { done, refused } = await table.transact([
      { put: { ...imageKey(id), ...image }, ...isNew },
      { put: entryPlace(image) },
      { put: statusPlace(image) },
      {
        check: entryKey(entryId),
        condition: 'attribute_exists(#pk) AND #status <> :going',
        values: { going: 'DELETING' },
      },
    ]);
    if (done) return image;
    if (refused.has(0)) return undefined;
    if (refused.has(3)) throw new EntryNotFoundError();
    return again;
  });
}

/** Makes the methods that take images away. */
function imageRemovals(table: TableClient) {
  return {
    withdrawImage: (imageId: string, staysId?: string) => withdrawImage(table, imageId, staysId),

    async keepImage(imageId: string): Promise<boolean> {
      const action = {
        update: imageKey(imageId),
        change: 'REMOVE #holder',
        condition: '#status = :active',
        values: { active: 'ACTIVE' },
      };
      return table.settle(async () => {
        const { done, refused } = await table.transact([action]);
        return done || (refused.size > 0 ? false : again);
      });
    },

    async markImageDeleting(imageId: string, holder?: string): Promise<boolean> {
      return table.settle(async () => {
        const image = await getImage(table, imageId);
        if (image && holder !== undefined && image.holder !== holder) return false;
        if (!image || image.status === 'DELETING') return true;
        const actions = [...changeOfStatus(image, 'DELETING')];
        if (image.status === 'ACTIVE') actions.push(takenOff(image.entryId));
        const { done } = await table.transact(actions);
        return done || again;
      });
    },

    async removeImage(imageId: string): Promise<void> {
      await table.settle(async () => {
        const image = await getImage(table, imageId);
        if (!image) return;
        const actions = removal(image);
        if (image.status === 'ACTIVE') actions.push(takenOff(image.entryId));
        const facts = isService() ? [changeFacts({ entryId: image.entryId, imageId })] : [];
        const { done } = await table.transact(actions, facts);
        if (!done) return again;
      });
    },
  } satisfies Partial<RecordStore>;
}

async function withdrawImage(
  table: TableClient,
  imageId: string,
  staysId?: string,
): Promise<ImageRecord | undefined> {
  return table.settle(async () => {
    const image = await getImage(table, imageId);
    if (image?.status !== 'ACTIVE') return undefined;
    const { done, refused } = await table.transact(
      [
        {
          ...takenOff(image.entryId),
          condition: '#status = :shown AND #imageCount > :one',
          values: { by: -1, one: 1, shown: 'ACTIVE' },
        },
        ...changeOfStatus(image, 'DELETING'),
        ...(staysId === undefined ? [] : [isShown(staysId)]),
      ],
      [changeFacts({ entryId: image.entryId, imageId })],
    );
    if (done) countWritten(1);
    if (done) return image;
    if (staysId !== undefined && refused.has(checkedLast)) throw new LastImageError();
    // If the image has changed too, both are read and checked again.
    if (!refused.has(0) || refused.has(1)) return again;
    if (refused.get(0)?.status !== 'ACTIVE') throw new EntryNotFoundError();
    throw new LastImageError();
  });
}

/**
 * Removes all images of an entry that is being removed, without updating the entry's count. No image may be
 * made meanwhile. After an interruption, a second call continues.
 */
export async function removeImagesOf(table: TableClient, entryId: number): Promise<void> {
  for await (const places of table.query(ownPartition(entryId), { atOnce: removedAtOnce })) {
    await table.settle(async () => {
      const images = await getImages(table, places.map(imageIdAt));
      if (images.size === 0) return;
      const { done } = await table.transact([...images.values()].flatMap(removal));
      if (!done) return again;
    });
  }
}

async function getImage(table: TableClient, imageId: string): Promise<ImageRecord | undefined> {
  const item = await table.get(imageKey(imageId));
  return item && imageRecord(item);
}

async function getImages(table: TableClient, imageIds: readonly string[]): Promise<Map<string, ImageRecord>> {
  const items = await table.getAll([...new Set(imageIds)].map(imageKey));
  return new Map(items.map(imageRecord).map((image) => [image.id, image]));
}

/** Reads the images whose index items are in a partition, in the order of these items. */
async function* imagesAt(table: TableClient, partition: string): AsyncGenerator<ImageRecord> {
  for await (const places of table.query(partition, { atOnce: listedAtOnce })) {
    const imageIds = places.map(imageIdAt);
    const images = await getImages(table, imageIds);
    // An image may have been removed since its index item was read.
    yield* imageIds.map((imageId) => images.get(imageId)).filter((image) => image !== undefined);
  }
}

/** Index of the check below, after those of the entry and of the image that goes. */
const checkedLast = 4;

function isShown(imageId: string): Action {
  return { check: imageKey(imageId), condition: '#status = :active', values: { active: 'ACTIVE' } };
}

const isActive = ({ status }: { status: RecordStatus }) => status === 'ACTIVE';

/**
 * Condition that the image has not changed since it was read. Its index items' keys contain these values, and
 * its holder may take it back.
 */
function unchanged({ entryId, addedDate, status, holder }: ImageRecord) {
  const held = holder === undefined ? 'attribute_not_exists(#holder)' : '#holder = :holder';
  return {
    condition: `#entryId = :entryId AND #addedDate = :addedDate AND #status = :status AND ${held}`,
    values: { entryId, addedDate, status, ...(holder !== undefined && { holder }) },
  };
}

/**
 * Makes the actions of a change of status. Without `face`, the face is not written, because it may have been
 * replaced since the image was read.
 */
function changeOfStatus(image: ImageRecord, status: RecordStatus, face?: RecordedFace): Action[] {
  const { condition, values } = unchanged(image);
  return [
    {
      update: imageKey(image.id),
      change: `SET #status = :newStatus${face ? ', #face = :face' : ''}`,
      condition,
      values: { ...values, newStatus: status, ...(face && { face }) },
    },
    { remove: statusPlace(image) },
    { put: statusPlace(image, status) },
  ];
}

function removal(image: ImageRecord): Action[] {
  return [
    { remove: imageKey(image.id), ...unchanged(image) },
    { remove: statusPlace(image) },
    { remove: entryPlace(image) },
  ];
}

const changeOfCount = 'ADD #imageCount :by, #version :one';

/** Makes the action that adds an `ACTIVE` image to an entry, if that still has the status. */
function addedTo(entryId: number, status: RecordStatus): Action {
  return {
    update: entryKey(entryId),
    change: changeOfCount,
    condition: '#status = :status',
    values: { by: 1, one: 1, status },
  };
}

/** Makes the action that takes an `ACTIVE` image off an entry. */
function takenOff(entryId: number): Action & { readonly update: Key } {
  return {
    update: entryKey(entryId),
    change: changeOfCount,
    condition: 'attribute_exists(#pk)',
    values: { by: -1, one: 1 },
  };
}
