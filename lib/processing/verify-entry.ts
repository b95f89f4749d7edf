import { listImages } from '../blacklist/list-images.ts';
import { activeEntry } from '../blacklist/record.ts';
import type { EntryVerification, VerifyEntryRequest } from '../contract/endpoints/verify-entry.ts';
import { BackendUnavailableError, InputUnreadableError } from '../errors.ts';
import type { EntryComparison, PictureLoan, Reference } from '../faces/port.ts';
import { decodePicture } from '../inputs/decode.ts';
import type { Ports } from '../ports.ts';
import type { ImageRecord } from '../records/port.ts';
import { lendInputs } from './lend-pictures.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { faceOptions } from './options.ts';
import { secondsSince, verdict } from './verify.ts';

/** Of the nearest reference images so many are looked up: some may have been deleted meanwhile. */
const maxLookedUp = 100;
const retryAfterSeconds = 60;

/** The contract's face of which no more than the box is known. */
const noLandmarks = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };

/**
 * Compares a picture's largest face with one entry: with the nearest of its reference images. Nothing is kept.
 * @param remainingMs how long the request may still take.
 * @throws EntryNotFoundError also when the entry is deleted meanwhile.
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError
 * @throws BackendUnavailableError also when the gallery is lost, or none of the entry's images is enrolled for the model in use.
 */
export async function verifyEntry(
  ports: Ports,
  entryId: number,
  { image, ...overrides }: VerifyEntryRequest,
  remainingMs?: () => number,
): Promise<EntryVerification> {
  const started = performance.now();
  const listed = await listImages(ports.records, entryId);
  const loans = await lendInputs(ports, { image });
  const references = listed
    .map((record): Reference => ({ imageId: record.id, lend: lendStored(ports, record) }))
    .reverse();
  const options = { ...faceOptions(overrides), remainingMs };
  const compared = await ports.faces.compareWith(loans.image, references, options);
  if (!compared.hasGallery) await refuseLostGallery(ports);
  const { box, entry, imageId, ...nearness } = await nearestShown(ports, entryId, compared);
  return {
    ...verdict({ ...compared, ...nearness }),
    facial_areas: { img1: compared.probe.area, img2: { ...box, ...noLandmarks } },
    time: secondsSince(started),
    entry: { id: entry.id, name: entry.name, reason: entry.reason },
    image_id: imageId,
  };
}

/** Of the reference images that are shown now, the nearest. */
async function nearestShown({ records }: Ports, entryId: number, { references }: EntryComparison) {
  const nearest = references.slice(0, maxLookedUp);
  const active = await records.findActive(nearest.map(({ imageId }) => imageId));
  for (const { imageId, target, distance, similarity } of nearest) {
    const shown = active.get(imageId);
    const box = target ?? shown?.image.face?.box;
    if (shown && box) return { imageId, box, distance, similarity, entry: shown.entry };
  }
  await activeEntry({ records }, entryId);
  throw new BackendUnavailableError(
    "None of the entry's pictures is enrolled for this model yet; the sweep, or npm run reindex, enrolls them.",
    retryAfterSeconds,
  );
}

/** Lends a reference image's stored original. */
function lendStored({ images, pictureSlots }: Ports, { key }: ImageRecord): PictureLoan {
  return (work) =>
    pictureSlots(async () => {
      const original = await images.get(key);
      if (!original) throw new InputUnreadableError('The stored original is lost.');
      return work(await decodePicture(original));
    });
}
