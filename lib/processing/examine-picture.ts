import { noteThreshold } from '../audit/scope.ts';
import type { Config } from '../config.ts';
import type { ProcessImagesRequest } from '../contract/endpoints/process-images.ts';
import type { DetectedFace, ImageProcessingResult } from '../contract/shapes.ts';
import { type Deadline, storingMs } from '../deadline.ts';
import type { MatchOptions, MatchResult } from '../faces/comparing.ts';
import { type ProcessedKeys, processedKeys } from '../images/key.ts';
import type { ImageStore } from '../images/port.ts';
import type { Picture } from '../inputs/picture.ts';
import { identifierOf } from '../inputs/read.ts';
import { timed } from '../metrics/timed.ts';
import { noCamera, type Origin } from '../origin.ts';
import type { Ports } from '../ports.ts';
import { allOrFirstError } from '../promises.ts';
import type { KeptFace, ProcessedResult } from '../records/processed.ts';
import { faceOptions, shownWarnings } from './face-options.ts';
import { refuseLostGallery } from './lost-gallery.ts';
import { shownFaces } from './shown-faces.ts';
import { keptFace, removeCopies, storeDrawings } from './stored-copies.ts';
import { forgetUnmatched, keepUnmatched, notKeptWarning } from './unmatched-faces.ts';
import { pictureVerdict } from './verdicts.ts';

type RenderSettings = Pick<Config, 'drawBoundingBoxes' | 'croppedFacePaddingRatio' | 'reviewBand'>;
/** Without `keepDays`, every picture is kept. */
export type ProcessingSettings = RenderSettings & Partial<Pick<Config, 'keepDays' | 'lookBackDays'>>;

/** Number of near misses to search beyond those requested, because some entries may be hidden by then. */
const spareCandidates = 10;

/** A picture of a request: its image string, and its origin as far as the request tells it. */
export interface Input {
  readonly image: string;
  readonly origin: Origin;
}

/** Options of a request: all fields but its pictures, and its deadline. */
export type RequestOptions = Omit<ProcessImagesRequest, 'images' | 'source' | 'references'> & {
  readonly deadline: Deadline;
  readonly pictureId: string;
};

/** A picture that was looked at. */
export interface Examined {
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

/** Returns true if a picture with or without a match leaves its record and copies behind. */
export function isWanted(
  keep: ProcessImagesRequest['keep'],
  { keepDays }: ProcessingSettings,
  hasMatch: boolean,
): boolean {
  if (keep === 'none') return false;
  return hasMatch || (keep === 'all' && keepDays?.unmatched !== 0);
}

/** Returns the answer for a picture of which nothing is kept. */
export function withoutRecord({ result }: Examined): ImageProcessingResult {
  return { ...result, db_id: null, processing_timestamp: null };
}

/** Matches, draws, and stores the pictures, as far as anything is to be kept. */
export async function examine(
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
      faces.match(picture, matchOptions(settings, options)),
      isKeptAnyway && putOriginal(),
    ]);
    noteThreshold(found.threshold);
    if (!found.hasGallery) await refuseLostGallery({ records });
    const { candidates: candidateCount, out_of_force: outOfForce } = options;
    const shown = await shownFaces({ images, records }, found, { candidateCount, outOfForce });
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
    const copies = copiesOf(images, settings, keys, boxes.length > 0);
    const compared = { pictureId, picture, found, shown, deadline: options.deadline };
    const { unmatched, isFailed } = await keepUnmatched(faces, compared);
    const warnings = isFailed ? [...(answer.warnings ?? []), notKeptWarning] : answer.warnings;
    return { pictureId, keys, result: { ...answer, ...copies, warnings }, unmatched };
  } catch (error) {
    await removeCopies({ images, records }, pictureId, keys);
    throw error;
  }
}

function matchOptions(settings: ProcessingSettings, options: RequestOptions): MatchOptions {
  return {
    ...faceOptions(options),
    candidates: options.candidates > 0 ? options.candidates + spareCandidates : 0,
    reviewBand: settings.reviewBand,
    withTemplates: Boolean(settings.lookBackDays) && options.keep !== 'none',
    deadline: options.deadline.before(storingMs),
  };
}

/** Tells where a picture's copies are. One without a face has no drawings. */
function copiesOf(
  images: ImageStore,
  { drawBoundingBoxes }: ProcessingSettings,
  keys: ProcessedKeys,
  hasFace: boolean,
) {
  const original = images.location(keys.original);
  return {
    saved_image_path: drawBoundingBoxes && hasFace ? images.location(keys.annotated) : original,
    original_image_path: original,
    cropped_face_path: hasFace ? images.location(keys.crop) : null,
  };
}

/** Makes the answer for a picture, without the places of its copies. */
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
export async function keep(
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
