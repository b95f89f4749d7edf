import { InputUnreadableError } from '../errors.ts';
import type { WithPicture } from '../faces/comparing.ts';
import type { FaceOwner } from '../faces/face.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { PictureSlots } from '../inputs/port.ts';
import type { Stores } from '../ports.ts';
import type { ImageRecord } from '../records/entry.ts';
import type { RecordStore } from '../records/port.ts';

/**
 * Enrolls a shown image's face from the stored original.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError when the original is
 * lost or damaged, or shows no face that can be used.
 */
export async function enrollAgain(
  { faces, images, records, pictureSlots }: Stores & { readonly pictureSlots: PictureSlots },
  { id: imageId, entryId, key }: ImageRecord,
): Promise<void> {
  const original = await images.get(key);
  if (!original) throw new InputUnreadableError('The stored original is lost.');
  // The picture was accepted when the person was listed. The quality filter must not drop the person now.
  const options = { qualityFilter: 'none' } as const;
  const measured = await measurePicture(original);
  const withPicture: WithPicture = (work) =>
    pictureSlots.run(measured.memoryBytes, async () => work(await decodePicture(measured)));
  const { face, quality } = await faces.enroll(withPicture, { entryId, imageId }, options);
  await records.replaceFace(imageId, { ...face, quality });
  // A deletion may have begun before this face existed, or before its id was recorded. Then it did not remove
  // the face.
  if (await isBeingDeleted(records, { entryId, imageId }))
    await faces.remove([{ entryId, imageId, faceId: face.id }]);
}

async function isBeingDeleted(records: RecordStore, { entryId, imageId }: FaceOwner): Promise<boolean> {
  const image = (await records.getImages([imageId])).get(imageId);
  if (!image || image.status === 'DELETING') return true;
  const entry = await records.getEntry(entryId);
  return !entry || entry.status === 'DELETING';
}
