import { activeEntry } from '../blacklist/blacklist-record.ts';
import { listImages } from '../blacklist/list-images.ts';
import { matchedEntry } from '../blacklist/matched-entry.ts';
import { openStored } from '../blacklist/open-stored.ts';
import type { EntryVerification, VerifyEntryRequest } from '../contract/endpoints/verify-entry.ts';
import { BackendUnavailableError, EntryNotFoundError } from '../errors.ts';
import type { EntryComparison, Reference } from '../faces/comparing.ts';
import type { Ports } from '../ports.ts';
import { whyNotInForce } from '../records/shared/in-force.ts';
import { faceOptions } from './face-options.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { openInputs } from './open-inputs.ts';
import { secondsSince, type VerifyOptions, verdict } from './verify.ts';

/** Number of nearest reference images that are looked up, because some may have been deleted meanwhile. */
const maxLookedUp = 100;
const retryAfterSeconds = 60;

/** Landmarks of a face of which only the box is known. */
const noLandmarks = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };

interface Options extends VerifyOptions {
  /**
   * False where the entry is told of only if it is verified. All else gets the same answer: an entry that is
   * absent, in force no more, or somebody else.
   */
  readonly showsUnmatched?: boolean;
}

/**
 * Compares a picture's largest face with the nearest reference image of one entry. It stores nothing. An
 * entry that is suspended or has expired verifies nobody, however near a face is.
 * @throws EntryNotFoundError also when the entry is deleted meanwhile; not where the entry may not be told of
 * @throws InputUnreadableError, InputTooLargeError, UnsupportedFormatError, NoFaceError
 * @throws BackendUnavailableError also when the gallery is lost, or none of the entry's images is enrolled
 *   for the model in use
 */
export async function verifyEntry(
  ports: Ports,
  entryId: number,
  { image, ...overrides }: VerifyEntryRequest,
  { deadline, reviewBand, showsUnmatched = true }: Options = {},
): Promise<EntryVerification> {
  const started = performance.now();
  const unlessWithheld = withheldEntry(showsUnmatched);
  const listed = (await listImages(ports.records, entryId).catch(unlessWithheld)) ?? [];
  const opened = await openInputs(ports, { image }, deadline);
  const references = listed
    .map((record): Reference => ({ imageId: record.id, withPicture: openStored(ports, record.key) }))
    .reverse();
  const options = { ...faceOptions(overrides), deadline, reviewBand };
  const compared = await ports.faces.compareWith(opened.image, references, options);
  if (!compared.hasGallery) await refuseLostGallery(ports);
  const nearest = await nearestShown(ports, entryId, compared).catch(unlessWithheld);
  if (!nearest) return { ...withheld(compared), time: secondsSince(started) };
  const { box, entry, imageId, ...nearness } = nearest;
  const compares = verdict({ ...compared, ...nearness });
  const why = whyNotInForce(entry);
  const verified = compares.verified && why === undefined;
  if (!verified && !showsUnmatched) return { ...withheld(compared), time: secondsSince(started) };
  return {
    ...compares,
    verified,
    ...(why && { warnings: [...(compares.warnings ?? []), why] }),
    facial_areas: { img1: compared.probe.area, img2: { ...box, ...noLandmarks } },
    face_counts: { img1: compared.probe.faceCount, img2: null },
    time: secondsSince(started),
    entry: matchedEntry(entry),
    image_id: imageId,
  };
}

/** Lets an absent entry pass as one that does not match, where nobody is to learn which entries there are. */
function withheldEntry(showsUnmatched: boolean): (error: unknown) => undefined {
  return (error) => {
    if (showsUnmatched || !(error instanceof EntryNotFoundError)) throw error;
  };
}

/** Returns the answer that tells no more than that the face is not verified, and how it was looked for. */
function withheld(compared: EntryComparison): Omit<EntryVerification, 'time'> {
  return {
    ...verdict({ ...compared, distance: Number.POSITIVE_INFINITY, similarity: 0 }),
    distance: null,
    similarity: null,
    facial_areas: { img1: compared.probe.area, img2: null },
    face_counts: { img1: compared.probe.faceCount, img2: null },
    entry: null,
    image_id: null,
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
