import type { SQLOutputValue } from 'node:sqlite';
import { isService } from '../../audit/scope.ts';
import { EntryNotFoundError, LastImageError } from '../../errors.ts';
import type { ImageRecord, NewImage, RecordStatus } from '../entry.ts';
import type { RecordStore } from '../port.ts';
import { withEntriesInForce } from '../shared/in-force.ts';
import { row } from '../shared/row.ts';
import { entryRecord, findEntry } from './entries.ts';
import type { SqliteSession } from './session.ts';
import type { Statements } from './statements.ts';

/** Number of images that are read at once where they are read in turn. */
const imagesAtOnce = 500;

// The statements name their columns after the fields, so a row is the record.
export function imageRecord({
  sequence,
  face,
  file,
  holder,
  ...found
}: Record<string, SQLOutputValue>): ImageRecord {
  return row<ImageRecord>({
    ...found,
    face: face === null ? null : { quality: null, ...JSON.parse(String(face)) },
    file: file === null ? null : JSON.parse(String(file)),
    ...(holder !== null && { holder }),
  });
}

function findImage(statements: Statements, imageId: string): ImageRecord | undefined {
  const row = statements.image.get(imageId);
  return row && imageRecord(row);
}

/** Makes the part of the record store that keeps images. */
export function imageRecords(session: SqliteSession) {
  return { ...imageReads(session), ...imageAdditions(session), ...imageRemovals(session) };
}

/** Makes the methods that read images. */
function imageReads(session: SqliteSession) {
  const { statements } = session;
  return {
    async getImages(imageIds) {
      const rows = await session.read(() => statements.imagesAmong.all(JSON.stringify(imageIds)));
      return new Map(rows.map(imageRecord).map((image) => [image.id, image]));
    },

    listImages: (entryId) => session.read(() => statements.imagesOfEntry.all(entryId).map(imageRecord)),

    listImagesByStatus: (status) => listByStatus(session, status),

    findActive: (imageIds) =>
      session.read(() => {
        const images = statements.activeImagesAmong.all(JSON.stringify(imageIds)).map(imageRecord);
        const entryIds = new Set(images.map((image) => image.entryId));
        const entries = statements.activeEntriesAmong.all(JSON.stringify([...entryIds])).map(entryRecord);
        return withEntriesInForce(images, entries);
      }),
  } satisfies Partial<RecordStore>;
}

async function* listByStatus(session: SqliteSession, status: RecordStatus): AsyncGenerator<ImageRecord> {
  const { imagesByStatus } = session.statements;
  // The caller may change the images between two of them, so no statement stays open meanwhile.
  for (let last = 0; ; ) {
    const rows = await session.read(() => imagesByStatus.all(status, last, imagesAtOnce));
    yield* rows.map(imageRecord);
    if (rows.length < imagesAtOnce) return;
    last = Number(rows.at(-1)?.sequence);
  }
}

/** Makes the methods that add images, and their faces. */
function imageAdditions(session: SqliteSession) {
  const { statements } = session;
  return {
    createImage: (image) => createImage(session, image),

    activateImage: (imageId, face) =>
      session.change(
        () => {
          const { changes } = statements.activateImage.run(JSON.stringify(face), imageId);
          return changes === 0 ? undefined : findImage(statements, imageId);
        },
        // Until its entry is shown, the image is a part of the listing, which has a line of its own.
        (image) =>
          image && findEntry(statements, image.entryId)?.status === 'ACTIVE'
            ? { entryId: image.entryId, imageId }
            : undefined,
      ),

    async replaceFace(imageId, face) {
      await session.write(() => statements.replaceFace.run(JSON.stringify(face), imageId));
    },

    async keepImage(imageId) {
      const { changes } = await session.write(() => statements.keepImage.run(imageId));
      return changes === 1;
    },
  } satisfies Partial<RecordStore>;
}

async function createImage(session: SqliteSession, image: NewImage): Promise<ImageRecord | undefined> {
  const { statements } = session;
  const { id, entryId, key, file, holder = null } = image;
  const addedDate = new Date().toISOString();
  return session.write(() => {
    const json = file && JSON.stringify(file);
    const { changes } = statements.insertImage.run(id, key, addedDate, json, holder, entryId);
    if (changes === 1) return { ...image, status: 'PENDING', addedDate, face: null };
    if (findImage(statements, id)) return undefined;
    throw new EntryNotFoundError();
  });
}

/** Makes the methods that remove images. */
function imageRemovals(session: SqliteSession) {
  const { statements } = session;
  return {
    withdrawImage: (imageId, staysId) =>
      session.change(
        () => withdraw(statements, imageId, staysId),
        (image) => image && { entryId: image.entryId, imageId },
        { frees: true },
      ),

    markImageDeleting: (imageId, holder) =>
      session.write(
        () => {
          const image = findImage(statements, imageId);
          if (image && holder !== undefined && image.holder !== holder) return false;
          statements.markImageDeleting.run(imageId);
          return true;
        },
        { frees: true },
      ),

    async removeImage(imageId) {
      await session.change(
        () => {
          const image = findImage(statements, imageId);
          statements.deleteImage.run(imageId);
          return image;
        },
        (image) => (image && isService() ? { entryId: image.entryId, imageId } : undefined),
        { frees: true },
      );
    },
  } satisfies Partial<RecordStore>;
}

/** Hides an image, but never an entry's last, or one without that which is to stay. */
function withdraw(
  statements: Statements,
  imageId: string,
  staysId: string | undefined,
): ImageRecord | undefined {
  const image = findImage(statements, imageId);
  if (image?.status !== 'ACTIVE') return undefined;
  const entry = findEntry(statements, image.entryId);
  if (entry?.status !== 'ACTIVE') throw new EntryNotFoundError();
  const stays = staysId === undefined || findImage(statements, staysId)?.status === 'ACTIVE';
  if (entry.imageCount === 1 || !stays) throw new LastImageError();
  statements.markImageDeleting.run(imageId);
  return image;
}
