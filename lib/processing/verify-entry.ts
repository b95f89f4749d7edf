import { activeEntry } from '../blacklist/blacklist-record.ts';
import { listImages } from '../blacklist/list-images.ts';
import { matchedEntry } from '../blacklist/matched-entry.ts';
import type { EntryVerification, VerifyEntryRequest } from '../contract/endpoints/verify-entry.ts';
import type { Deadline } from '../deadline.ts';
import { BackendUnavailableError, InputUnreadableError } from '../errors.ts';
import type { EntryComparison, Reference, WithPicture } from '../faces/port.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import type { Ports } from '../ports.ts';
import type { ImageRecord } from '../records/port.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { faceOptions } from './face-options.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { openInputs } from './open-inputs.ts';
import { secondsSince, verdict } from './verify.ts';

/** Number of nearest reference images that are looked up, because some may have been deleted meanwhile. */
const maxLookedUp = 100;
const retryAfterSeconds = 60;

/** Landmarks of a face of which only the box is known. */
const noLandmarks = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };

interface Options {
  /** Time by which the request must be done. */
  readonly deadline?: Deadline;
  /** False where the entry and its state are told only if it is verified. */
  readonly isUnmatchedTold?: boolean;
}

/**
 * Compares a picture's largest face with the nearest reference image of one entry. It stores nothing. An
 * entry that is suspended or has expired verifies nobody, however near a face is.
 * @throws EntryNotFoundError also when the entry is deleted meanwhile
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError
 * @throws BackendUnavailableError also when the gallery is lost, or none of the entry's images is enrolled
 *   for the model in use
 */
export async function verifyEntry(
  ports: Ports,
  entryId: number,
  { image, ...overrides }: VerifyEntryRequest,
  { deadline, isUnmatchedTold = true }: Options = {},
): Promise<EntryVerification> {
  const started = performance.now();
  const listed = await listImages(ports.records, entryId);
  const opened = await openInputs(ports, { image });
  const references = listed
    .map((record): Reference => ({ imageId: record.id, withPicture: openStored(ports, record) }))
    .reverse();
  const options = { ...faceOptions(overrides), deadline };
  const compared = await ports.faces.compareWith(opened.image, references, options);
  if (!compared.hasGallery) await refuseLostGallery(ports);
  const { box, entry, imageId, ...nearness } = await nearestShown(ports, entryId, compared);
  const compares = verdict({ ...compared, ...nearness });
  const why = whyNotInForce(entry);
  const verified = compares.verified && why === undefined;
  const isTold = verified || isUnmatchedTold;
  return {
    ...compares,
    verified,
    ...(why && isTold && { warnings: [...(compares.warnings ?? []), why] }),
    facial_areas: { img1: compared.probe.area, img2: { ...box, ...noLandmarks } },
    time: secondsSince(started),
    entry: isTold ? matchedEntry(entry) : null,
    image_id: isTold ? imageId : null,
  };
}

/** Returns the nearest reference image that is still active. */
async function nearestShown({ records }: Ports, entryId: number, { references }: EntryComparison) {
  const nearest = references.slice(0, maxLookedUp);
  const images = await records.getImages(nearest.map(({ imageId }) => imageId));
  const entry = await activeEntry({ records }, entryId);
  for (const { imageId, target, distance, similarity } of nearest) {
    const image = images.get(imageId);
    const box = target ?? image?.face?.box;
    if (image?.status === 'ACTIVE' && box) return { imageId, box, distance, similarity, entry };
  }
  throw new BackendUnavailableError(
    "None of the entry's pictures is enrolled for this model yet; the sweep, or npm run reindex, enrolls them.",
    retryAfterSeconds,
  );
}

/** Returns a function that runs work with a reference image's stored original. */
function openStored({ images, pictureSlots }: Ports, { key }: ImageRecord): WithPicture {
  return async (work) => {
    const original = await images.get(key);
    if (!original) throw new InputUnreadableError('The stored original is lost.');
    const measured = await measurePicture(original);
    return pictureSlots.run(measured.memoryBytes, async () => work(await decodePicture(measured)));
  };
}
