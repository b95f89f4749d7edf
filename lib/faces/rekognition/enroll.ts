import {
  type BoundingBox,
  DeleteFacesCommand,
  IndexFacesCommand,
  type IndexFacesCommandOutput,
  type UnindexedFace,
} from '@aws-sdk/client-rekognition';
import { batches } from '../../batches.ts';
import { BackendUnavailableError, NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import type { Enrollment, QualityFilter } from '../comparing.ts';
import type { FaceOwner } from '../face.ts';
import { refusalWords } from '../quality-reasons.ts';
import { type SentPicture, sendWhole } from './encode.ts';
import { onceKnown } from './eventually.ts';
import { meaningOf } from './failures.ts';
import { createCollection, type Gallery } from './galleries.ts';
import { boxOf } from './geometry.ts';
import { externalImageIdOf, faceTokenOf } from './names.ts';
import { qualityOf } from './quality.ts';

/** Time in milliseconds in which the service should know a new collection. */
const maxCreationMs = 5_000;

/** Limit of `DeleteFaces` on the faces in one call. */
const maxDeletedAtOnce = 4096;

/** A face of the collection, with its `FaceId` there. */
export interface IndexedFace extends Pick<Enrollment, 'faceCount' | 'face' | 'quality'> {
  readonly faceId: string;
}

/**
 * Adds the picture's largest face to the collection, and makes the collection if there is none yet.
 * @throws NoFaceError when there is no face, or the largest is not good enough
 */
export async function enrollLargest(
  gallery: Gallery,
  picture: Picture,
  owner: FaceOwner,
  qualityFilter: QualityFilter,
): Promise<IndexedFace> {
  const { sent, FaceRecords, UnindexedFaces } = await sendWhole(picture, async (sent) => {
    const { FaceRecords = [], UnindexedFaces = [] } = await index(gallery, sent, owner, qualityFilter);
    return { sent, FaceRecords, UnindexedFaces };
  });
  const faceCount = FaceRecords.length + UnindexedFaces.length;
  const { FaceId, BoundingBox } = FaceRecords[0]?.Face ?? {};
  const [refused] = UnindexedFaces.toSorted((one, other) => unindexedSize(other) - unindexedSize(one));
  // The service indexes a smaller face if the largest is not good enough. That may be somebody else, so it is
  // removed.
  if (refused && unindexedSize(refused) > sizeOf(BoundingBox)) {
    if (FaceId !== undefined) await deleteFaces(gallery, [FaceId]);
    throw new NoFaceError(refusalOf(refused, faceCount));
  }
  if (FaceId === undefined) throw new NoFaceError('No face was found in it.');
  const box = boxOf(BoundingBox, sent.frame, picture);
  const face = { id: faceTokenOf(gallery.collectionId, FaceId), box };
  return { faceId: FaceId, faceCount, face, quality: qualityOf(FaceRecords[0]?.FaceDetail) };
}

/** Removes faces from the collection; absent ones are ignored. */
export async function deleteFaces(
  { caller, collectionId }: Gallery,
  faceIds: readonly string[],
): Promise<void> {
  for await (const FaceIds of batches(faceIds, maxDeletedAtOnce)) {
    const { UnsuccessfulFaceDeletions = [] } = await caller.send(
      new DeleteFacesCommand({ CollectionId: collectionId, FaceIds }),
    );
    const kept = UnsuccessfulFaceDeletions.filter(({ Reasons }) => !Reasons?.includes('FACE_NOT_FOUND'));
    if (kept.length > 0) {
      const reasons = new Set(kept.flatMap(({ Reasons = [] }) => Reasons));
      throw new BackendUnavailableError(
        `Rekognition keeps ${kept.length} of the faces: ${[...reasons].join(', ')}.`,
        60,
      );
    }
  }
}

async function index(
  { caller, collectionId }: Gallery,
  { bytes }: SentPicture,
  owner: FaceOwner,
  qualityFilter: QualityFilter,
): Promise<IndexFacesCommandOutput> {
  const command = new IndexFacesCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    ExternalImageId: externalImageIdOf(owner),
    MaxFaces: 1,
    QualityFilter: qualityFilter === 'auto' ? 'AUTO' : 'NONE',
  });
  return sendToNewCollection({ caller, collectionId }, () => caller.send(command));
}

/** Makes a call that adds to a collection, and makes the collection first if there is none yet. */
export async function sendToNewCollection<Output>(
  { caller, collectionId }: Gallery,
  send: () => Promise<Output>,
): Promise<Output> {
  try {
    return await send();
  } catch (error) {
    if (meaningOf(error) !== 'no collection') throw error;
    await createCollection({ caller, collectionId });
    // Each try has the usual time: it is the first picture of all, for which the service needs longest.
    return onceKnown('no collection', maxCreationMs, send);
  }
}

function sizeOf({ Width = 0, Height = 0 }: BoundingBox = {}): number {
  return Width * Height;
}

function unindexedSize({ FaceDetail }: UnindexedFace): number {
  return sizeOf(FaceDetail?.BoundingBox);
}

function refusalOf({ Reasons = [] }: UnindexedFace, faceCount: number): string {
  const reasons = Reasons.filter((reason) => reason !== 'EXCEEDS_MAX_FACES');
  return refusalWords(reasons, faceCount);
}
