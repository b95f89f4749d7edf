import {
  type BoundingBox,
  CreateCollectionCommand,
  DeleteFacesCommand,
  IndexFacesCommand,
  type IndexFacesCommandOutput,
  type Reason,
  type UnindexedFace,
} from '@aws-sdk/client-rekognition';
import { batches } from '../../batches.ts';
import { BackendUnavailableError, NoFaceError } from '../../errors.ts';
import type { Picture } from '../../inputs/picture.ts';
import type { Enrollment, FaceOwner } from '../port.ts';
import type { RekognitionCaller } from './caller.ts';
import { encodeWhole, type SentPicture } from './encode.ts';
import { meaningOf } from './failures.ts';
import { boxOf } from './geometry.ts';
import type { Gallery } from './match.ts';
import { externalImageIdOf, faceTokenOf } from './names.ts';

/** What `DeleteFaces` takes in one call. */
const maxDeletedAtOnce = 4096;

/** Why a face was not taken, to follow 'is'. */
const reasonWords: Readonly<Record<Exclude<Reason, 'EXCEEDS_MAX_FACES'>, string>> = {
  EXTREME_POSE: 'turned too far to the side',
  LOW_BRIGHTNESS: 'too dark',
  LOW_CONFIDENCE: 'too unclear to be sure that it is one',
  LOW_FACE_QUALITY: 'of too low a quality',
  LOW_SHARPNESS: 'too blurred',
  SMALL_BOUNDING_BOX: 'too small',
};
const conjunction = new Intl.ListFormat('en', { type: 'conjunction' });

/** A face of the collection, with its `FaceId` there. */
export interface IndexedFace extends Pick<Enrollment, 'faceCount' | 'face'> {
  readonly faceId: string;
}

/**
 * Puts the picture's largest face into the collection, which is made when there is none yet.
 * @throws NoFaceError when there is no face, or the largest is not good enough.
 */
export async function enrollLargest(
  gallery: Gallery,
  picture: Picture,
  owner: FaceOwner,
): Promise<IndexedFace> {
  const sent = await encodeWhole(picture);
  const { FaceRecords = [], UnindexedFaces = [] } = await index(gallery, sent, owner);
  const faceCount = FaceRecords.length + UnindexedFaces.length;
  const { FaceId, BoundingBox } = FaceRecords[0]?.Face ?? {};
  const [refused] = UnindexedFaces.toSorted((one, other) => unindexedSize(other) - unindexedSize(one));
  // A smaller face that is good enough is taken instead of a larger one that is not: that may be somebody else.
  if (refused && unindexedSize(refused) > sizeOf(BoundingBox)) {
    if (FaceId !== undefined) await deleteFaces(gallery, [FaceId]);
    throw new NoFaceError(refusalOf(refused, faceCount));
  }
  if (FaceId === undefined) throw new NoFaceError('No face was found in it.');
  const box = boxOf(BoundingBox, sent.frame, picture);
  return { faceId: FaceId, faceCount, face: { id: faceTokenOf(gallery.collectionId, FaceId), box } };
}

/** Takes faces out of the collection; those that are not in it are no error. */
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
): Promise<IndexFacesCommandOutput> {
  const command = new IndexFacesCommand({
    CollectionId: collectionId,
    Image: { Bytes: bytes },
    ExternalImageId: externalImageIdOf(owner),
    MaxFaces: 1,
    QualityFilter: 'AUTO',
  });
  try {
    return await caller.send(command);
  } catch (error) {
    if (meaningOf(error) !== 'no collection') throw error;
    await createCollection(caller, collectionId);
    return caller.send(command);
  }
}

async function createCollection(caller: RekognitionCaller, collectionId: string): Promise<void> {
  try {
    await caller.send(new CreateCollectionCommand({ CollectionId: collectionId }));
  } catch (error) {
    // Somebody else's first use of it was at the same moment.
    if (meaningOf(error) !== 'collection exists') throw error;
  }
}

function sizeOf({ Width = 0, Height = 0 }: BoundingBox = {}): number {
  return Width * Height;
}

function unindexedSize({ FaceDetail }: UnindexedFace): number {
  return sizeOf(FaceDetail?.BoundingBox);
}

function refusalOf({ Reasons = [] }: UnindexedFace, faceCount: number): string {
  const subject = faceCount > 1 ? 'The largest face' : 'The face';
  const words = Reasons.flatMap((reason) => (reason === 'EXCEEDS_MAX_FACES' ? [] : [reasonWords[reason]]));
  return `${subject} ${words.length > 0 ? `is ${conjunction.format(words)}` : 'cannot be used'}.`;
}
