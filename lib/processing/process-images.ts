import { randomUUID } from 'node:crypto';
import { meter } from '#metrics';
import { noteThreshold } from '../audit/scope.ts';
import type { Config } from '../config.ts';
import type { ProcessImagesRequest } from '../contract/endpoints/process-images.ts';
import { type KeepChoice, keepChoices } from '../contract/fields.ts';
import type { DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';
import { type Deadline, neededMs, noDeadline, noTimeLeft, storingMs } from '../deadline.ts';
import { DiskFullError, isUnusablePicture, NoUsableImageError } from '../errors.ts';
import type { MatchResult } from '../faces/port.ts';
import { type ProcessedKeys, processedKeys } from '../images/key.ts';
import { decodePicture } from '../inputs/decode.ts';
import { measurePicture } from '../inputs/measure.ts';
import { withoutMetadata } from '../inputs/metadata.ts';
import type { Picture } from '../inputs/picture.ts';
import { identifierOf } from '../inputs/read.ts';
import { log } from '../log.ts';
import { timed } from '../metrics/timed.ts';
import { noCamera, type Origin, originOf } from '../origin.ts';
import type { Ports } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { KeptFace, ProcessedResult } from '../records/port.ts';
import { keepOfUpload } from '../uploads/key.ts';
import { AnswerBudget, fitted, noRoomLeft } from './answer-size.ts';
import { faceOptions, shownWarnings } from './face-options.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { shownFaces } from './shown-faces.ts';
import { keptFace, removeCopies, storeDrawings } from './stored-copies.ts';
import { forgetUnmatched, keepUnmatched, notKeptWarning } from './unmatched-faces.ts';
import { notProcessed, pictureVerdict } from './verdicts.ts';

type RenderSettings = Pick<Config, 'drawBoundingBoxes' | 'croppedFacePaddingRatio' | 'reviewBand'>;
/** Without `keepDays`, every picture is kept. */
type ProcessingSettings = RenderSettings & Partial<Pick<Config, 'keepDays' | 'lookBackDays'>>;

/** Number of near misses to search beyond those requested, because some entries may be hidden by then. */
const spareCandidates = 10;

/** A picture of a request: its image string, and its origin as far as the request tells it. */
interface Input {
  readonly image: string;
  readonly origin: Origin;
}

/** Options of a request: all fields but its pictures, and its deadline. */
type RequestOptions = Omit<ProcessImagesRequest, 'images' | 'source' | 'references'> & {
  readonly deadline: Deadline;
  readonly pictureId: string;
};

/**
 * Looks for listed people in each picture, and stores the results. A picture that can't be read has an
 * `error` in its own result. A failure of a backend or a store fails the whole request. If the disk becomes
 * full, pictures that could not be stored have that `error`, provided that others were stored. No further
 * picture is begun when the time is up or the answer is full: those have an `error` too.
 * @param deadline the time by which the request must be done
 * @param maxAnswerBytes limit on the answer, as JSON inside of JSON
 * @param pictureIdOf gives ids to the pictures; one that was stored before keeps its first record
 * @throws NoUsableImageError when there is no picture
 * @throws DiskFullError when no picture could be stored
 * @throws ClientGoneError when nobody waits any more; what is stored by then stays
 * @throws BackendUnavailableError also when nobody can match, because the gallery is lost
 */
export async function processImages(
  ports: Ports,
  settings: ProcessingSettings,
  { images, source, references, ...choices }: ProcessImagesRequest,
  deadline: Deadline = noDeadline,
  maxAnswerBytes = Number.POSITIVE_INFINITY,
  pictureIdOf: (place: number) => string = () => randomUUID(),
): Promise<ImageProcessingResult[]> {
  if (images.length === 0) throw new NoUsableImageError('No images provided.');
  // The pictures of a request take turns with those of other requests, so a slow URL delays no other request.
  const limit = ports.pictureSlots.fairShare();
  const budget = new AnswerBudget(maxAnswerBytes);
  const results = await allOrFirstError(
    images.map((image, index) =>
      limit(async () => {
        const input = { image, origin: { source, reference: references?.[index] ?? null } };
        deadline.refuseIfAbandoned();
        if (!deadline.leaves(neededMs)) return unreadableResult(input, noTimeLeft);
        if (budget.isSpent) return unreadableResult(input, noRoomLeft);
        const keep = lesser(choices.keep, keepOfUpload(image));
        const how = { ...choices, keep, deadline, pictureId: pictureIdOf(index) };
        return budget.count(await processInput(ports, settings, input, how));
      }),
    ),
  );
  // Who was found in the others is told all the same.
  const isAnyDone = results.some((result) => 'faces' in result && result.error === null);
  const shown = results.map((result) => {
    if (!('diskFull' in result)) return result;
    if (!isAnyDone) throw result.diskFull;
    return unreadableResult(result.input, result.diskFull.message);
  });
  return [...fitted(shown, maxAnswerBytes)];
}

/** A picture whose result could not be stored. */
interface NotKept {
  readonly input: Input;
  readonly diskFull: DiskFullError;
}

async function processInput(
  ports: Ports,
  settings: ProcessingSettings,
  asked: Input,
  options: RequestOptions,
): Promise<ImageProcessingResult | NotKept> {
  let input = asked;
  try {
    const bytes = await ports.inputs.read(input.image);
    input = { ...input, origin: originTold(input.origin, originOf(bytes)) };
    const measured = await measurePicture(bytes);
    const examined = await ports.pictureSlots.run(measured.memoryBytes, async () => {
      options.deadline.refuseIfAbandoned();
      // A slow URL, or other requests' pictures, may have used up the time.
      if (!options.deadline.leaves(neededMs)) return undefined;
      const started = performance.now();
      const picture = await decodePicture(measured);
      const stored = async () =>
        ports.stripMetadata === false ? measured.original : withoutMetadata(measured, async () => picture);
      const examined = await examine(ports, settings, input, { ...picture, stored }, options);
      const { source } = input.origin;
      meter.worked({
        ...countFaces([examined.result]),
        source,
        seconds: (performance.now() - started) / 1000,
      });
      return examined;
    });
    if (!examined) return unreadableResult(input, noTimeLeft);
    // Whoever waits for the records has no picture any more, and must keep nobody from having one.
    if (examined.keys) return await keep(ports, { ...examined, keys: examined.keys });
    await forgetUpload(ports, input);
    return withoutRecord(examined);
  } catch (error) {
    if (error instanceof DiskFullError) return { input, diskFull: error };
    if (!isUnusablePicture(error)) throw error;
    meter.unusable(input.origin.source);
    if (!isWanted(options.keep, settings, false)) await forgetUpload(ports, input);
    return unreadableResult(input, error.message);
  }
}

/** Deletes the upload of a picture of which nothing is kept. A failure delays that to the end of its time. */
async function forgetUpload({ inputs }: Pick<Ports, 'inputs'>, { image }: Input): Promise<void> {
  await inputs.forget(image).catch((err: unknown) => log().warn({ err }, 'An upload could not be deleted.'));
}

/** Joins the origin that the request tells with that of the upload: the request counts more. */
function originTold(request: Origin, upload: Origin): Origin {
  return {
    source: request.source ?? upload.source,
    reference: request.reference ?? upload.reference,
  };
}

/** Counts the faces of these pictures, and the faces that matched somebody. */
export function countFaces(results: readonly Pick<ImageProcessingResult, 'faces'>[]): {
  faces: number;
  matches: number;
} {
  const faces = results.flatMap((result) => result.faces);
  return { faces: faces.length, matches: faces.filter((face) => face.blacklist_matches.length > 0).length };
}

/** Lists the entries that results tell of. */
export function entryIdsIn(results: readonly Pick<ImageProcessingResult, 'faces'>[]): number[] {
  const shown = results.flatMap(({ faces }) =>
    faces.flatMap(({ blacklist_matches, near_misses, candidates }) => [
      ...blacklist_matches,
      ...(near_misses ?? []),
      ...(candidates ?? []),
    ]),
  );
  return [...new Set(shown.map(({ entry }) => entry.id))];
}

function unreadableResult({ image, origin }: Input, error: string): ImageProcessingResult {
  return {
    image_path_or_identifier: identifierOf(image),
    faces: [],
    error,
    db_id: null,
    saved_image_path: null,
    original_image_path: null,
    processing_timestamp: null,
    has_blacklist_match: null,
    has_near_miss: null,
    ...notProcessed,
    cropped_face_path: null,
    ...origin,
    ...noCamera,
    warnings: null,
  };
}

/** A picture that was looked at. */
interface Examined {
  readonly pictureId: string;
  /** Keys of its copies; `undefined` if nothing is kept of it. */
  readonly keys: ProcessedKeys | undefined;
  readonly result: ProcessedResult;
  /** Faces that matched nobody, for a later look-back. */
  readonly unmatched: readonly KeptFace[];
}

/** A picture that may be stored. */
interface StorablePicture extends Picture {
  /** Makes the bytes to store, which takes time if the picture is turned. */
  readonly stored: () => Promise<Uint8Array>;
}

/** Returns the one of two wishes that keeps less. */
function lesser(one: KeepChoice, other: KeepChoice): KeepChoice {
  return keepChoices.indexOf(one) > keepChoices.indexOf(other) ? one : other;
}

/** Returns true if a picture with or without a match leaves its record and copies behind. */
function isWanted(
  keep: ProcessImagesRequest['keep'],
  { keepDays }: ProcessingSettings,
  hasMatch: boolean,
): boolean {
  if (keep === 'none') return false;
  return hasMatch || (keep === 'all' && keepDays?.unmatched !== 0);
}

/** The answer for a picture of which nothing is kept. */
function withoutRecord({ result }: Examined): ImageProcessingResult {
  return { ...result, db_id: null, processing_timestamp: null };
}

/** Matches, draws, and stores the pictures, as far as anything is to be kept. */
async function examine(
  { faces, images, records }: Ports,
  settings: ProcessingSettings,
  input: Input,
  picture: StorablePicture,
  options: RequestOptions,
): Promise<Examined> {
  const { pictureId } = options;
  const keys = processedKeys(pictureId, new Date(), picture.format);
  const put = (...args: Parameters<typeof images.put>) => timed('store', () => images.put(...args));
  const putOriginal = async () => put(keys.original, await picture.stored(), `image/${picture.format}`);
  // Nothing is written of what may not be kept.
  const isKeptAnyway = isWanted(options.keep, settings, false);
  try {
    // The original is written while the engine computes.
    const [found] = await allOrFirstError([
      faces.match(picture, {
        ...faceOptions(options),
        candidates: options.candidates > 0 ? options.candidates + spareCandidates : 0,
        reviewBand: settings.reviewBand,
        withTemplates: Boolean(settings.lookBackDays) && options.keep !== 'none',
        deadline: options.deadline.before(storingMs),
      }),
      isKeptAnyway && putOriginal(),
    ]);
    noteThreshold(found.threshold);
    if (!found.hasGallery) await refuseLostGallery({ records });
    const shown = await shownFaces({ images, records }, found, options.candidates);
    const answer = answerOf(input, found, shown);
    if (!isWanted(options.keep, settings, answer.has_blacklist_match)) {
      return { pictureId, keys: undefined, result: { ...answer, ...noCopies }, unmatched: [] };
    }
    if (!isKeptAnyway) await putOriginal();
    const boxes = found.faces.map(({ area }, index) => ({
      box: area,
      isMatch: (shown[index]?.blacklist_matches.length ?? 0) > 0,
    }));
    await storeDrawings(put, settings, picture, boxes, keys);
    const original = images.location(keys.original);
    const hasFace = boxes.length > 0;
    const copies = {
      saved_image_path: settings.drawBoundingBoxes && hasFace ? images.location(keys.annotated) : original,
      original_image_path: original,
      cropped_face_path: hasFace ? images.location(keys.crop) : null,
    };
    const compared = { pictureId, picture, found, shown, deadline: options.deadline };
    const { unmatched, isFailed } = await keepUnmatched(faces, compared);
    const warnings = isFailed ? [...(answer.warnings ?? []), notKeptWarning] : answer.warnings;
    return { pictureId, keys, result: { ...answer, ...copies, warnings }, unmatched };
  } catch (error) {
    await removeCopies({ images, records }, pictureId, keys);
    throw error;
  }
}

/** The answer for a picture, without the places of its copies. */
function answerOf({ image, origin }: Input, found: MatchResult, faces: DetectedFace[]) {
  return {
    image_path_or_identifier: identifierOf(image),
    faces,
    error: null,
    has_blacklist_match: faces.some((face) => face.blacklist_matches.length > 0),
    has_near_miss: faces.some(({ near_misses }) => near_misses && near_misses.length > 0),
    ...pictureVerdict(faces),
    ...origin,
    ...noCamera,
    warnings: shownWarnings(found),
  };
}

const noCopies = { saved_image_path: null, original_image_path: null, cropped_face_path: null };

/** Stores the record that names a picture's copies. If that fails, the copies are deleted. */
async function keep(
  { faces, images, records }: Pick<Ports, 'faces' | 'images' | 'records'>,
  { pictureId, keys, result, unmatched }: Examined & { readonly keys: ProcessedKeys },
): Promise<ImageProcessingResult> {
  try {
    const kept = { ...result, faces: result.faces.map(keptFace) };
    const { id, timestamp } = await timed('store', () =>
      records.addProcessed(pictureId, kept, undefined, unmatched),
    );
    return { ...result, db_id: id, processing_timestamp: timestamp };
  } catch (error) {
    const isRemoved = await removeCopies({ images, records }, pictureId, keys);
    if (isRemoved) await forgetUnmatched(faces, unmatched);
    throw error;
  }
}
